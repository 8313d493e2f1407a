/** A line of a menu: an icon and what it does. */
import { DropdownMenu } from "radix-ui";

import { Icon, type IconName } from "./icons";

interface Props {
  icon: IconName;
  label: string;
  /** While it is not known what it would do. */
  isDisabled?: boolean;
  onSelect: () => void;
}

export function MenuEntry({ icon, label, isDisabled = false, onSelect }: Props) {
  return (
    <DropdownMenu.Item className="menu-item" disabled={isDisabled} onSelect={onSelect}>
      <Icon name={icon} size={16} />
      {label}
    </DropdownMenu.Item>
  );
}
