/** A button that shows an icon and carries its name for everyone who cannot see it. */
import type { ButtonHTMLAttributes, Ref } from "react";

import { Hint } from "./Hint";
import { Icon, type IconName } from "./icons";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName;
  label: string;
  size?: number;
  side?: "top" | "right" | "bottom" | "left";
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ icon, label, size = 18, side = "top", className = "", ...rest }: Props) {
  return (
    <Hint label={label} side={side}>
      <button type="button" className={`icon-button ${className}`} aria-label={label} {...rest}>
        <Icon name={icon} size={size} />
      </button>
    </Hint>
  );
}
