/** Arranges messages for reading: days set apart, an author's quick sequence under one name. */
import type { Message } from "../api/types";

export interface Line {
  readonly message: Message;
  readonly startsDay: boolean;
  readonly startsGroup: boolean;
  readonly startsNew: boolean;
}

const GROUP_MS = 5 * 60_000;

/** What came between the last look at a conversation and its opening. */
export interface Unseen {
  readonly after: number;
  readonly until: number;
}

export function arrange(messages: readonly Message[], unseen: Unseen, myId: string): Line[] {
  const isNew = ({ seq, userId }: Message) => seq > unseen.after && seq <= unseen.until && userId !== myId;
  const firstNew = messages.find(isNew);
  return messages.map((message, index) => {
    const before = messages[index - 1];
    const startsDay = !before || dayOf(before) !== dayOf(message);
    const startsNew = message === firstNew;
    return {
      message,
      startsDay,
      startsNew,
      startsGroup: startsDay || startsNew || !before || !continues(before, message),
    };
  });
}

function continues(before: Message, message: Message): boolean {
  const gap = Date.parse(message.createdAt) - Date.parse(before.createdAt);
  return before.userId === message.userId && gap < GROUP_MS && !before.isDeleted && !message.isDeleted;
}

const dayOf = (message: Message) => new Date(message.createdAt).toDateString();
