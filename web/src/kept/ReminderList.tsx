/** Reminders to come and due, with the messages that they are of. */
import { useState } from "react";

import { type ListedReminder, cancelReminder, finishReminder, listRemindersPage, putOffReminder } from "../api/kept";
import { usePages } from "../live/paging";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { IconButton } from "../ui/IconButton";
import { Paged } from "../ui/Paged";
import { complain } from "../ui/notices";
import type { ListProps } from "./KeptDialog";
import { KeptMessage } from "./KeptMessage";
import { TimeDialog } from "./TimeDialog";

const remindersOn = (page: { reminders: ListedReminder[] }) => page.reminders;

export function ReminderList({ onLeave }: ListProps) {
  const pages = usePages(keys.reminderPages(), listRemindersPage, remindersOn, (last) => last.place);
  return (
    <div className="rows rows-tall">
      <Paged pages={pages} none={text.kept.noReminders}>
        {(reminders) => (
          <ul className="rows" aria-label={text.kept.reminders}>
            {reminders.map((reminder) => (
              <ReminderLine key={reminder.id} reminder={reminder} onLeave={onLeave} />
            ))}
          </ul>
        )}
      </Paged>
    </div>
  );
}

function ReminderLine({ reminder, onLeave }: { reminder: ListedReminder } & ListProps) {
  const [isChoosing, setChoosing] = useState(false);
  const { id, messageId, state } = reminder;
  const words = text.kept;
  const at = new Date(reminder.remindAt);
  const due = <small>{state === "due" ? words.dueSince(at) : words.dueAt(at)}</small>;
  const attempt = (work: Promise<unknown>) => void work.then(() => outdated(keys.reminders()), complain);
  return (
    <li className="row" data-testid="reminder" data-state={state}>
      {messageId ? (
        <KeptMessage message={reminder.message} unavailable={reminder.unavailable} onLeave={onLeave}>
          {reminder.text && <small>{reminder.text}</small>}
          {due}
        </KeptMessage>
      ) : (
        <span className="row-main">
          <strong className="clip">{reminder.text}</strong>
          {due}
        </span>
      )}
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
