/** What a person has begun, put off or kept: drafts, messages to be sent, saved ones, reminders. */
import { Tabs } from "radix-ui";

import { text } from "../text";
import { Modal } from "../ui/Modal";
import { DraftList } from "./DraftList";
import { WaitingBadge } from "./KeptLink";
import { ReminderList } from "./ReminderList";
import { SavedList } from "./SavedList";
import { ScheduledList } from "./ScheduledList";
import { useChannelsEverywhere } from "./places";
import { useWaiting } from "./waiting";

const LISTS = { drafts: DraftList, scheduled: ScheduledList, saved: SavedList, reminders: ReminderList };
const NAMES = ["drafts", "scheduled", "saved", "reminders"] as const;

export interface ListProps {
  onLeave: () => void;
}

export function KeptDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const waiting = useWaiting();
  useChannelsEverywhere(isOpen);
  return (
    <Modal title={text.kept.title} isOpen={isOpen} onClose={onClose} isWide>
      <Tabs.Root defaultValue="drafts">
        <Tabs.List className="tabs" aria-label={text.kept.title}>
          {NAMES.map((name) => (
            <Tabs.Trigger key={name} className="tab" value={name}>
              {text.kept[name]}
              {(name === "reminders" || name === "scheduled") && <WaitingBadge count={waiting[name]} />}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {NAMES.map((name) => {
          const List = LISTS[name];
          return (
            <Tabs.Content key={name} value={name}>
              <List onLeave={onClose} />
            </Tabs.Content>
          );
        })}
      </Tabs.Root>
    </Modal>
  );
}
