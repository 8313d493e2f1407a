/** The words of bringing things from elsewhere and taking them along; `text.ts` has them with all others. */
const locale = "en";
const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
const number = (count: number) => count.toLocaleString(locale);
const plural = (count: number, one: string, many: string) => `${number(count)} ${count === 1 ? one : many}`;

export const transfers = {
  title: "Import and export",
  menu: "Import and export",
  imports: "Import",
  exports: "Export",

  about:
    "Bring the conversations of another workspace here: the zip file that Slack exports, or an archive that was exported here. You see what would come before anything changes.",
  file: "Zip file",
  upload: "Upload and look at it",
  goOn: (name: string) => `The upload of ${name} was interrupted. Choose the same file to go on.`,
  otherFile: "This is another file than the one whose upload began.",
  uploading: (name: string) => `Uploading ${name}`,
  reading: (name: string) => `Reading ${name}`,
  running: "Importing",
  exporting: "Exporting",
  of: (done: number, all: number) => (all ? `${number(done)} of ${number(all)}` : ""),
  cancel: "Cancel",
  cancelTitle: "Stop this import?",
  cancelBody: "What has been imported stays. You can import the same file again later: nothing comes twice.",
  cancelConfirm: "Stop",
  youMayLeave: "You can close this; it goes on, and you find it here again.",

  preview: "What would come",
  totals: (name: string, count: number) =>
    (
      ({
        persons: plural(count, "person", "people"),
        channels: plural(count, "channel", "channels"),
        messages: plural(count, "message", "messages"),
        replies: plural(count, "reply", "replies"),
        reactions: plural(count, "reaction", "reactions"),
        files: plural(count, "file", "files"),
        edits: plural(count, "edited message", "edited messages"),
        pins: plural(count, "pinned message", "pinned messages"),
        groups: plural(count, "group", "groups"),
        emojis: plural(count, "emoji", "emoji"),
      }) as Record<string, string>
    )[name] ?? "",
  warnings: {
    retention: (count: number, days: number) =>
      `This workspace removes messages after ${plural(days, "day", "days")}. ${plural(count, "message is", "messages are")} older than that and would be removed soon after the import.`,
    private: (count: number) =>
      `${plural(count, "private channel or conversation", "private channels and conversations")} will be seen by those who were in it. Where nobody of it is here, a private channel comes to you.`,
    files: (count: number) =>
      `${plural(count, "file stays", "files stay")} where it is: messages show a link to it. The files themselves are not copied.`,
  },
  keepForever: "Keep messages for ever in this workspace",
  keepForeverHint: "Otherwise old messages are removed as the workspace's retention says.",
  addColleagues: (count: number) => `Make ${plural(count, "person", "people")} of your organization members here`,
  addColleaguesHint: "They have an account with the same e-mail address, but are not in this workspace.",
  takeSettings: "Take over the workspace's name and settings",
  channels: "Channels",
  channel: "Channel",
  messages: "Messages",
  from: (from: string, to: string) => `${day.format(new Date(from))} – ${day.format(new Date(to))}`,
  what: "What to do",
  whatWith: (name: string) => `What to do with ${name}`,
  nameOf: (name: string) => `New name of ${name}`,
  actions: { new: "New channel", skip: "Leave out", again: "Add to what came before", conversation: "Conversation" },
  ofNobodyHere: "Leave out while nobody of it is here",
  mergeInto: (name: string) => `Add to ${name}`,
  types: { public: "", private: "private", direct: "direct message", group: "group conversation" },
  people: "People",
  person: "Person",
  isHere: "Is here",
  whoIs: (name: string) => `Who ${name} is here`,
  placeholder: "Nobody (keep the name only)",
  colleague: (name: string) => `${name} (not a member yet)`,
  peopleAre:
    "Who has the same e-mail address is recognized. Everybody else is kept as a name on what they wrote: such people cannot sign in.",
  before: "As imported before",
  program: "program",
  skipped: "Left out",
  nothingSkipped: "Nothing is left out.",
  confirm: "Import",
  discard: "Discard",
  more: (count: number) => `and ${plural(count, "more", "more")}`,

  done: (name: string) => `${name} has been imported.`,
  cancelled: (name: string) => `The import of ${name} was stopped.`,
  failed: (name: string) => `${name} could not be imported.`,
  report: {
    messagesNew: (count: number) => `${plural(count, "message", "messages")} imported`,
    replies: (count: number) => `of all messages, ${plural(count, "reply", "replies")} in threads`,
    edits: (count: number) => plural(count, "edited message", "edited messages"),
    pins: (count: number) => plural(count, "pinned message", "pinned messages"),
    reactions: (count: number) => plural(count, "reaction", "reactions"),
    files: (count: number) => plural(count, "file", "files"),
    messagesLeftOut: (count: number) => `${plural(count, "message", "messages")} in channels that were left out`,
    messagesBefore: (count: number) => `${plural(count, "message was", "messages were")} here already`,
    channelsNew: (count: number) => `${plural(count, "new channel", "new channels")}`,
    channelsMerged: (count: number) => `${plural(count, "channel", "channels")} added to`,
    peopleMatched: (count: number) => `${plural(count, "person", "people")} recognized`,
    peopleAdded: (count: number) => `${plural(count, "person", "people")} made members`,
    peopleImagined: (count: number) => `${plural(count, "person", "people")} kept as a name only`,
    peopleBefore: (count: number) => `${plural(count, "person", "people")} known from before`,
    groupsNew: (count: number) => `${plural(count, "group", "groups")}`,
    emojiNew: (count: number) => `${plural(count, "emoji", "emoji")}`,
  } as Record<string, (count: number) => string>,
  download: "Download what was left out",
  again: "Import another file",

  reasons: {
    subtype_channel_join: "“joined the channel”",
    subtype_channel_leave: "“left the channel”",
    subtype_group_join: "“joined the channel”",
    subtype_group_leave: "“left the channel”",
    channel_not_listed: "Folders that no list of channels names",
    channel_not_wanted: "Channels you chose to leave out",
    nobody_of_it_is_here: "Conversations of which nobody is here",
    says_nothing: "Messages that say nothing",
    nobody_said_it: "Messages without an author",
    unknown_author: "Messages of people who are not listed",
    not_a_message: "Entries that are no messages",
    twice_in_the_file: "Messages that the file has twice",
    thread_without_beginning: "Replies whose thread is missing: shown in the channel",
    too_many_pins: "Messages beyond the 100 that a channel can pin",
    too_many_reactions: "Reactions beyond the 50 kinds that a message can have",
    too_many_files: "Files beyond the 20 that a message can have",
    file_gone: "Files that had been removed",
    text_cut: "Messages cut to 40,000 characters",
    character_replaced: "Broken characters, shown as \ufffd",
    too_large: "Entries that are too large",
    not_imported: "Canvases, lists and logs",
    unknown_file: "Files of an unknown kind",
    emoji_name_taken: "Emoji whose name is taken",
    not_an_image: "Emoji that are no images",
  } as Record<string, string>,

  exportAbout:
    "Everything in this workspace as one file in a documented form: messages with their edits, threads and reactions, people, channels, groups and emoji. Files are named, not included.",
  includePrivate: "Also private channels and direct messages that I am not in",
  includePrivateHint: "This is written to the audit log.",
  hold: "What to export",
  whole: "The whole workspace",
  heldBy: (name: string) => `Only what the legal hold “${name}” keeps`,
  export: "Export",
  exported: (at: string, size: number) =>
    `${new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at))}, ${megabytes(size)}`,
  fetch: "Download",
  remove: "Remove",
  until: (at: string) => `kept until ${day.format(new Date(at))}`,
  noExports: "Nothing has been exported yet.",
  states: { failed: "failed", cancelled: "stopped", running: "under way", done: "" } as Record<string, string>,
  fileSize: (size: number) => megabytes(size),
};

function megabytes(size: number): string {
  if (size < 1_000_000) return `${Math.max(1, Math.round(size / 1_000)).toLocaleString(locale)} kB`;
  return `${(size / 1_000_000).toLocaleString(locale, { maximumFractionDigits: 1 })} MB`;
}
