/** Words of the page that a share link leads to. */
const locale = "en";
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
const until = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" });

/** 1,500,000 is 1.5 MB. */
export function size(bytes: number): string {
  const step = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const unit = UNITS[step] ?? "byte";
  const unitDisplay = step === 0 ? "long" : "short";
  const format = new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay, maximumFractionDigits: 1 });
  return format.format(bytes / 1000 ** step);
}

export const sharing = {
  title: "A file was shared with you",
  loading: "Looking up the link…",
  gone: "This link does not work",
  goneWhy:
    "It may have expired, been used as often as it can be, or been withdrawn, or its address is not complete. Ask whoever sent it for a new one.",
  tooMany: "Too many tries",
  tooManyWhy: "There were many tries from your network. Wait ten minutes, then open the link again.",
  unreachable: "The link cannot be looked up right now",
  locked: "This file has a password. Whoever sent you the link knows it.",
  password: "Password",
  wrongPassword: "The password is wrong.",
  unlock: "Show file",
  download: "Download",
  starting: "Starting the download…",
  started: "Your download has started.",
  preview: (name: string) => `Preview of ${name}`,
  until: (at: Date) => `Available until ${until.format(at)}`,
  left: (count: number) =>
    count === 1 ? "Can be downloaded once more" : `Can be downloaded ${count.toLocaleString(locale)} more times`,
};
