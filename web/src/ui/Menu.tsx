/** What a button opens: lines to choose from. */
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";

import { givingBack } from "./focus";

interface Props {
  side?: "top" | "right" | "bottom";
  align: "start" | "end";
  sideOffset?: number;
  children: ReactNode;
}

const leave = givingBack();

export function Menu({ sideOffset = 6, children, ...place }: Props) {
  return (
    <DropdownMenu.Portal>
      <DropdownMenu.Content
        className="menu"
        sideOffset={sideOffset}
        collisionPadding={8}
        onCloseAutoFocus={leave}
        {...place}
      >
        {children}
      </DropdownMenu.Content>
    </DropdownMenu.Portal>
  );
}
