/** Words of threads, emoji, groups, GIFs and moderation. */
const locale = "en";
const plural = (count: number, one: string, many: string) =>
  `${count.toLocaleString(locale)} ${count === 1 ? one : many}`;

export const threads = {
  title: "Threads",
  thread: "Thread",
  in: (name: string) => `in ${name}`,
  open: (count: number) => plural(count, "reply", "replies"),
  replies: (count: number) => (count === 0 ? "No replies yet" : plural(count, "reply", "replies")),
  last: (at: string) => `Last reply ${at}`,
  reply: "Reply in thread",
  write: "Reply…",
  also: (name: string) => `Also send to ${name}`,
  answered: "Replied to a thread",
  follow: "Follow thread",
  unfollow: "Stop following",
  following: "You hear of new replies.",
  followers: (count: number) => plural(count, "person follows", "people follow"),
  earlier: "Earlier replies",
  commands: "Commands work in the channel, not in a thread.",
  gone: "This thread does not exist any more, or you have no access to it.",
  none: "You follow no threads yet. You follow a thread once you start it, reply in it or are named in it.",
  noneUnread: "Nothing is unread in the threads you follow.",
  onlyUnread: "Only unread",
  mostShown: "These are the 100 threads that were answered last.",
  unread: (count: number) => `${count >= 1_000 ? "999+" : count.toLocaleString(locale)} new`,
  deleted: "The first message was deleted.",
  closed: "The first message was deleted, so nobody can reply any more.",
  leftOver: "What you had begun to write:",
};

export const behind = {
  why: "Why this count?",
  title: (name: string) => `Unread in ${name}`,
  explanation: "What others have said here since you last read it. Replies count only if they were sent to the channel, too.",
  none: "Nothing is unread here.",
  counts: (count: number, mentions: number) =>
    `${plural(count, "message", "messages")}${mentions > 0 ? `, ${plural(mentions, "of which mentions you", "of which mention you")}` : ""}`,
  mention: "mentions you",
  goTo: "Go to this message",
  notLoaded: "An older message",
};

export const moderation = {
  report: "Report message…",
  reportTitle: "Report this message",
  reportBody: "The workspace's owners and admins will see the message and what you write. Nobody else will.",
  reason: "What is wrong with it?",
  send: "Send report",
  sent: "Reported. Thank you.",
  hide: "Hide message",
  show: "Show message again",
  purged: "This message was removed, as it was older than messages are kept here.",
  edits: "Edit history",
  editsOf: (name: string) => `What ${name} wrote, before each edit and now.`,
  showEdits: "Show what it said before",
  now: "Now",
  slow: (seconds: number) => `Slow mode: you can post again in ${plural(seconds, "second", "seconds")}`,
  slowMode: (pause: string) => `Slow mode: one message in ${pause}`,
  pause: (seconds: number) =>
    seconds % 3_600 === 0
      ? plural(seconds / 3_600, "hour", "hours")
      : seconds % 60 === 0
        ? plural(seconds / 60, "minute", "minutes")
        : plural(seconds, "second", "seconds"),
  silenced: "A moderator has muted you here. You can read, but not write for now.",
  silencedUntil: (at: string) => `A moderator has muted you here until ${at}. You can read, but not write.`,
  mayNotReply: "Only some people reply here. You can read it.",
};

export const sending = {
  confirm: (audience: number) => `This would notify ${plural(audience, "person", "people")}.`,
  sendAnyway: "Notify them all",
};

export const emoji = {
  search: "Search emoji",
  none: "No emoji matches.",
  own: "Of this workspace",
  add: "Add an emoji…",
  manage: "Custom emoji",
  about: "Everybody in the workspace can use these in messages and as reactions.",
  empty: "There are no emoji of your own yet. Add the first one.",
  name: "Name",
  nameHint: "Small letters, digits, _ + and -. It is written :name:.",
  image: "Image",
  imageHint: "PNG, GIF or WebP, at most 256 KiB and 512 × 512 pixels.",
  upload: "Add emoji",
  added: (name: string) => `:${name}: was added`,
  by: (name: string) => `added by ${name}`,
  remove: (name: string) => `Remove :${name}:`,
  removeTitle: (name: string) => `Remove :${name}:?`,
  removeBody: "Messages and reactions that use it show its name instead.",
  removeConfirm: "Remove",
  badName: "A name has small letters, digits, _ + and -, at most 50.",
  tooLarge: "The image has more than 256 KiB.",
  notAnImage: "This is no PNG, GIF or WebP image of at most 512 × 512 pixels.",
};

export const groups = {
  title: "Groups",
  about: "A group is mentioned by one name: everybody of it who is in the channel is told.",
  none: "There are no groups yet.",
  noneYours: "There are no groups yet. Admins make them.",
  add: "New group",
  edit: (name: string) => `Change ${name}`,
  remove: (name: string) => `Remove ${name}`,
  removeTitle: (name: string) => `Remove the group ${name}?`,
  removeBody: "Nobody is mentioned by its name any more. Messages that were sent stay.",
  removeConfirm: "Remove",
  name: "Name",
  nameHint: "One word, which people write after @.",
  description: "Description (optional)",
  members: "Members",
  size: (count: number) => plural(count, "member", "members"),
  nobody: "Nobody is in this group.",
  unknown: "group",
};

export const gifs = {
  title: "GIFs",
  open: "Send a GIF",
  search: "Search GIFs",
  none: "No GIF matches. Try another word.",
  send: (title: string) => `Send ${title}`,
  failed: "The GIFs could not be loaded.",
  gone: (title: string) => `The GIF “${title}” is not available any more.`,
  label: "GIF",
};

export const mentioning = {
  list: "Suggestions",
  channel: "Everybody in this channel",
  here: "Everybody here who is not away",
  group: (count: number) => `Group of ${count.toLocaleString(locale)}`,
};
