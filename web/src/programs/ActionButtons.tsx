/** Buttons under a program's message; whoever presses one tells the program so. */
import { useState } from "react";

import { pressAction } from "../api/routes";
import type { Message } from "../api/types";
import { complain } from "../ui/notices";
import { hearEphemeral } from "./ephemeral";

export function ActionButtons({ message, isReadOnly }: { message: Message; isReadOnly: boolean }) {
  const [isPending, setPending] = useState(false);
  if (!message.actions?.length) return null;
  const press = (actionId: string) => {
    setPending(true);
    void pressAction(message.id, actionId)
      .then((answer) => answer.ephemeral && hearEphemeral(answer.ephemeral), complain)
      .finally(() => setPending(false));
  };
  return (
    <div className="actions" role="group">
      {message.actions.map((action) => (
        <button
          key={action.id}
          type="button"
          className={action.style === "primary" ? "button button-primary" : "button"}
          data-style={action.style}
          data-testid="action"
          disabled={isReadOnly || isPending}
          onClick={() => press(action.id)}
        >
          {action.text}
        </button>
      ))}
    </div>
  );
}
