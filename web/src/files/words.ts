/** Words of what can be done with a file: links, versions, other formats. */
import type { Format } from "../api/files";
import type { Access, Link } from "../api/links";

const locale = "en";
const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const plural = (count: number, one: string, many: string) =>
  `${count.toLocaleString(locale)} ${count === 1 ? one : many}`;

export const links = {
  about: "Anybody who has the link can download the file, without an account.",
  guests: "Guests cannot make links.",
  lasts: "Expires",
  lifetimes: { day: "After a day", week: "After a week", month: "After 30 days", never: "Never" },
  password: "Password (optional)",
  passwordHint: "At least 4 characters. Tell it another way than the link.",
  limit: "Download limit (optional)",
  make: "Create link",
  link: "Link",
  list: "Links to this file",
  none: "There is no link to this file yet.",
  expiryRefused: (reason: string) => `The expiry ${reason}.`,
  states: {
    good: "Active",
    revoked: "Revoked",
    expired: "Expired",
    used_up: "Used up",
    dead: "Does not work: whoever created it has no access to the file any more",
  } satisfies Record<Link["state"], string>,
  made: (name: string, at: string) => `Created by ${name}, ${moment.format(new Date(at))}`,
  uses: (downloads: number, limit: number | null) =>
    limit === null
      ? plural(downloads, "download", "downloads")
      : `${downloads.toLocaleString(locale)} of ${plural(limit, "download", "downloads")}`,
  until: (at: string | null) => (at ? `until ${moment.format(new Date(at))}` : "without an end"),
  locked: "with a password",
  revoke: "Revoke",
  revokeTitle: "Revoke this link?",
  revokeBody: "It stops working at once, also for downloads under way. This cannot be undone.",
  revoked: "Link revoked",
  accesses: "Who opened it",
  noAccesses: "Nobody has opened this link yet.",
  outcomes: {
    shown: "Looked at the file",
    opened: "Asked to download",
    downloaded: "Downloaded",
    wrong_password: "Wrong password",
    revoked: "Turned away: revoked",
    expired: "Turned away: expired",
    used_up: "Turned away: used up",
    dead: "Turned away: does not work any more",
  } satisfies Record<Access["outcome"], string>,
  access: (at: string, address: string) => `${moment.format(new Date(at))}, from ${address}`,
};

export const versions = {
  list: "Versions of this file",
  add: "Upload new version",
  addHint: "The file keeps its name, its links and its place. Choose a file of the same kind.",
  underWay: "Next version",
  uploading: "Being uploaded…",
  uploaded: "Uploaded. It becomes the current version once it has been checked for viruses.",
  version: (number: number) => `Version ${number}`,
  current: "Current",
  by: (name: string, at: string) => `${name}, ${moment.format(new Date(at))}`,
  restoredFrom: (number: number) => `restored from version ${number}`,
  restore: "Restore",
  restoreOf: (number: number) => `Restore version ${number}`,
  restored: (number: number) => `Version ${number} is the current one again`,
  download: (number: number) => `Download version ${number}`,
};

const FORMATS: Readonly<Record<Format, string>> = { png: "PNG", jpeg: "JPEG", webp: "WebP", pdf: "PDF" };
const REASONS: Readonly<Record<string, string>> = {
  memory: "it takes too much memory",
  time: "it takes too long",
  cpu: "it takes too long",
  output: "the result is too large",
  crashed: "the file cannot be read",
  refused: "the file cannot be read",
  lost: "the file is gone",
  damaged: "the file is damaged",
  locked: "the file is locked by a password",
};

/** The end of a sentence; nothing for what says nobody anything. */
export const because = (reason: string | null) => (reason && REASONS[reason] ? `: ${REASONS[reason]}` : "");

export const conversions = {
  label: "Download as another format",
  as: (to: Format) => `Download as ${FORMATS[to]}`,
  making: (to: Format) => `Converting to ${FORMATS[to]}…`,
  failed: (to: Format, reason: string | null) =>
    `The file could not be converted to ${FORMATS[to]}${because(reason)}.`,
};
