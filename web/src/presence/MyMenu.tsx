/** One's own status, the appearance, and the way out. */
import { useQuery } from "@tanstack/react-query";
import { DropdownMenu } from "radix-ui";

import { changePreferences, getPreferences } from "../api/preferences";
import { chooseStatus } from "../api/routes";
import type { Status } from "../api/types";
import { keys, queries } from "../live/queries";
import { hearOwnChoice } from "../reading/receipts";
import { useSession } from "../session/session";
import { signOut } from "../session/signOut";
import { text } from "../text";
import { type Theme, chooseTheme, useTheme } from "../theme";
import { Face } from "../ui/Face";
import { Icon } from "../ui/icons";
import { Menu } from "../ui/Menu";
import { complain } from "../ui/notices";
import { PresenceDot } from "./PresenceDot";
import { hearPresence, usePresence } from "./presence";

const STATUSES: readonly Status[] = ["online", "away", "busy", "offline"];
const THEMES: readonly Theme[] = ["system", "light", "dark"];

export function MyMenu() {
  const user = useSession((state) => state.session?.user);
  const status = usePresence((state) => state.statuses[user?.id ?? ""] ?? "offline");
  const theme = useTheme((state) => state.theme);
  if (!user) return null;
  const choose = async (chosen: Status) => {
    try {
      await chooseStatus(chosen);
      hearPresence(user.id, chosen);
    } catch (error) {
      complain(error);
    }
  };
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="me" aria-label={text.me.menu(user.name)} data-testid="my-menu">
        <Face id={user.id} name={user.name} avatarUrl={user.avatarUrl} />
        <PresenceDot userId={user.id} />
      </DropdownMenu.Trigger>
      <Menu side="right" align="end" sideOffset={8}>
        <div className="menu-person">
          <strong>{user.name}</strong>
          <span>{user.email}</span>
        </div>
        <Choices
          label={text.me.status}
          names={text.me.statuses}
          values={STATUSES}
          chosen={status}
          onChoose={(value) => void choose(value)}
        />
        <DropdownMenu.Separator className="menu-line" />
        <Choices label={text.me.theme} names={text.me.themes} values={THEMES} chosen={theme} onChoose={chooseTheme} />
        <DropdownMenu.Separator className="menu-line" />
        <ReceiptsChoice />
        <DropdownMenu.Separator className="menu-line" />
        <DropdownMenu.Item className="menu-item" onSelect={() => void signOut()}>
          <Icon name="leave" size={16} />
          {text.me.signOut}
        </DropdownMenu.Item>
      </Menu>
    </DropdownMenu.Root>
  );
}

/** Both ways: who sends none sees none. */
function ReceiptsChoice() {
  const sends = useQuery({ queryKey: keys.preferences(), queryFn: getPreferences }).data?.sendsReadReceipts ?? true;
  const choose = async (sendsReadReceipts: boolean) => {
    try {
      queries.setQueryData(keys.preferences(), await changePreferences({ sendsReadReceipts }));
      await hearOwnChoice(sendsReadReceipts);
    } catch (error) {
      complain(error);
    }
  };
  return (
    <DropdownMenu.CheckboxItem
      className="menu-item"
      checked={sends}
      onCheckedChange={(checked) => void choose(checked === true)}
    >
      {text.me.receipts}
      <DropdownMenu.ItemIndicator className="menu-check">
        <Icon name="check" size={14} />
      </DropdownMenu.ItemIndicator>
    </DropdownMenu.CheckboxItem>
  );
}

interface ChoicesProps<T extends string> {
  label: string;
  names: Readonly<Record<T, string>>;
  values: readonly T[];
  chosen: T;
  onChoose: (value: T) => void;
}

function Choices<T extends string>({ label, names, values, chosen, onChoose }: ChoicesProps<T>) {
  return (
    <DropdownMenu.RadioGroup value={chosen} aria-label={label} onValueChange={(value) => onChoose(value as T)}>
      <DropdownMenu.Label className="menu-label">{label}</DropdownMenu.Label>
      {values.map((value) => (
        <DropdownMenu.RadioItem key={value} value={value} className="menu-item">
          {value in text.me.statuses && <span className="presence-dot" data-status={value} />}
          {names[value]}
          <DropdownMenu.ItemIndicator className="menu-check">
            <Icon name="check" size={14} />
          </DropdownMenu.ItemIndicator>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}
