import { QueryClientProvider } from "@tanstack/react-query";
import { Tooltip } from "radix-ui";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./App";
import { queries } from "./live/queries";
import { followOtherTabs } from "./session/session";
import { forgetOnChangeOfPerson } from "./session/signOut";
import "./style/index.css";
import { showTheme } from "./theme";
import { Notices } from "./ui/notices";

showTheme();
followOtherTabs();
forgetOnChangeOfPerson();

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Tooltip.Provider delayDuration={350}>
        <App />
        <Notices />
      </Tooltip.Provider>
    </QueryClientProvider>
  </StrictMode>,
);
