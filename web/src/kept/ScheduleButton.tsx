/** Beside the button that sends: sends later. */
import { DropdownMenu } from "radix-ui";
import { useState } from "react";

import { type Reply, type Words, schedule } from "../api/kept";
import { newIdentifier } from "../identifier";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { MenuEntry } from "../ui/MenuEntry";
import { complain, notify } from "../ui/notices";
import { TimeDialog } from "./TimeDialog";
import { inMinutes, morning, nextMonday } from "./times";

interface Props {
  channelId: string;
  words: Words & Reply;
  isDisabled: boolean;
  onScheduled: () => void;
}

export function ScheduleButton({ channelId, words: said, isDisabled, onScheduled }: Props) {
  const [isChoosing, setChoosing] = useState(false);
  const words = text.kept;
  const at = (sendAt: Date) =>
    void schedule(channelId, said, sendAt, newIdentifier()).then(() => {
      onScheduled();
      notify(words.scheduledFor(sendAt));
      outdated(keys.scheduled());
    }, complain);
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
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="end" side="top" sideOffset={6} collisionPadding={8}>
            <MenuEntry icon="later" label={words.inAnHour} onSelect={() => at(inMinutes(new Date(), 60))} />
            <MenuEntry icon="later" label={words.tomorrow} onSelect={() => at(morning(new Date(), 1))} />
            <MenuEntry icon="later" label={words.monday} onSelect={() => at(nextMonday(new Date()))} />
            <MenuEntry icon="edit" label={words.another} onSelect={() => setChoosing(true)} />
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {isChoosing && <TimeDialog title={words.schedule} onClose={() => setChoosing(false)} onChoose={at} />}
    </>
  );
}
