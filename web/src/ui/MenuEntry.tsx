/** A line of a menu: an icon and what it does. */
import { DropdownMenu } from "radix-ui";

import { Icon, type IconName } from "./icons";

interface Props {
  icon: IconName;
  label: string;
  onSelect: () => void;
}

export function MenuEntry({ icon, label, onSelect }: Props) {
  return (
    <DropdownMenu.Item className="menu-item" onSelect={onSelect}>
      <Icon name={icon} size={16} />
      {label}
    </DropdownMenu.Item>
  );
}
