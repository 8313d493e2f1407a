/** Reminders to come, due and done. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Reminder, cancelReminder, finishReminder, listReminders, putOffReminder } from "../api/kept";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { IconButton } from "../ui/IconButton";
import { Loaded } from "../ui/Loaded";
import { complain } from "../ui/notices";
import type { ListProps } from "./KeptDialog";
import { TimeDialog } from "./TimeDialog";
import { goToMessage, useWhere } from "./places";

export function ReminderList({ onLeave }: ListProps) {
  const open = useQuery({
    queryKey: keys.reminders(),
    queryFn: listReminders,
    select: (reminders) => reminders.filter(({ state }) => state !== "done"),
  });
  return (
    <Loaded query={open} none={text.kept.noReminders}>
      {(reminders) => (
        <ul className="rows rows-tall" aria-label={text.kept.reminders}>
          {reminders.map((reminder) => (
            <ReminderLine key={reminder.id} reminder={reminder} onLeave={onLeave} />
          ))}
        </ul>
      )}
    </Loaded>
  );
}

function ReminderLine({ reminder, onLeave }: { reminder: Reminder } & ListProps) {
  const [isChoosing, setChoosing] = useState(false);
  const { id, messageId, channelId, state } = reminder;
  const title = useWhere(channelId);
  const words = text.kept;
  const at = new Date(reminder.remindAt);
  const attempt = (work: Promise<unknown>) => void work.then(() => outdated(keys.reminders()), complain);
  const go = () => {
    if (channelId && messageId) goToMessage(channelId, messageId);
    onLeave();
  };
  return (
    <li className="row" data-testid="reminder" data-state={state}>
      <span className="row-main">
        <strong className="clip">{reminder.text ?? (title || words.aMessage)}</strong>
        <small>{state === "due" ? words.dueSince(at) : words.dueAt(at)}</small>
      </span>
      {channelId && <IconButton icon="chevron" label={words.goTo} onClick={go} />}
      <IconButton icon="check" label={words.markDone} onClick={() => attempt(finishReminder(id))} />
      <IconButton icon="later" label={words.another} onClick={() => setChoosing(true)} />
      <IconButton icon="trash" label={words.remove} onClick={() => attempt(cancelReminder(id))} />
      {isChoosing && (
        <TimeDialog
          title={words.remind}
          onClose={() => setChoosing(false)}
          onChoose={(chosen) => attempt(putOffReminder(id, chosen))}
        />
      )}
    </li>
  );
}
