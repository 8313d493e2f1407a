/** A short name shown when pointing at an icon. */
import { Tooltip } from "radix-ui";
import type { ReactNode } from "react";

type Side = "top" | "right" | "bottom" | "left";

export function Hint({ label, side = "top", children }: { label: string; side?: Side; children: ReactNode }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="hint" side={side} sideOffset={6} collisionPadding={8}>
          {label}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
