/** Beside the button that sends: sends later. */
import { DropdownMenu } from "radix-ui";
import { useState } from "react";

import { text } from "../text";
import { Icon } from "../ui/icons";
import { Menu } from "../ui/Menu";
import { MenuEntry } from "../ui/MenuEntry";
import { TimeDialog } from "./TimeDialog";
import { inMinutes, morning, nextMonday } from "./times";

interface Props {
  isDisabled: boolean;
  onChoose: (sendAt: Date) => void;
}

export function ScheduleButton({ isDisabled, onChoose: at }: Props) {
  const [isChoosing, setChoosing] = useState(false);
  const words = text.kept;
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger
          className="icon-button"
          aria-label={words.schedule}
          title={words.schedule}
          disabled={isDisabled}
        >
          <Icon name="later" />
        </DropdownMenu.Trigger>
        <Menu align="end" side="top">
          <MenuEntry icon="later" label={words.inAnHour} onSelect={() => at(inMinutes(new Date(), 60))} />
          <MenuEntry icon="later" label={words.tomorrow} onSelect={() => at(morning(new Date(), 1))} />
          <MenuEntry icon="later" label={words.monday} onSelect={() => at(nextMonday(new Date()))} />
          <MenuEntry icon="edit" label={words.another} onSelect={() => setChoosing(true)} />
        </Menu>
      </DropdownMenu.Root>
      {isChoosing && <TimeDialog title={words.schedule} onClose={() => setChoosing(false)} onChoose={at} />}
    </>
  );
}
