/** Words of files. */
import { because, conversions, links, versions } from "../files/words";

const locale = "en";
const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const UNITS = ["bytes", "KB", "MB", "GB"] as const;

export const files = {
  attach: "Attach files",
  drop: (name: string) => `Drop files to share them in ${name}`,
  uploads: "Files to send",
  before: "Files of this draft",
  remove: (name: string) => `Remove ${name}`,
  cancel: (name: string) => `Cancel ${name}`,
  again: (name: string) => `Upload ${name} again`,
  waiting: "Waiting…",
  percent: (percent: number) => `${percent}%`,
  noConnection: (percent: number) => `${percent}% · Waiting for the connection…`,
  tryingAgain: (percent: number) => `${percent}% · Trying again…`,
  pause: (name: string) => `Pause ${name}`,
  paused: (percent: number) => `${percent}% · Paused`,
  resume: (name: string) => `Resume ${name}`,
  interrupted: (percent: number) => `Interrupted at ${percent}%. Choose the file again to go on.`,
  unreadable: (name: string) => `${name} cannot be read any more: it was changed or moved. Choose it again.`,
  uploaded: "Uploaded",
  tooMany: (most: number) => `A message can carry ${most} files.`,
  empty: (name: string) => `${name} is empty or a folder.`,
  stillUploading: "Files are still being uploaded",
  failed: "The upload was interrupted.",
  size: (bytes: number) => {
    if (bytes === 1) return "1 byte";
    const unit = bytes < 1_000 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3));
    const value = bytes / 1_000 ** unit;
    return `${value.toLocaleString(locale, { maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0 })} ${UNITS[unit]}`;
  },
  scanning: "Being checked for viruses…",
  scanned: (percent: number) => `Being checked for viruses… ${percent}%`,
  refused: {
    malware: "This file was refused: it holds malware.",
    too_large_to_scan: "This file was refused: it is too large to be checked.",
    too_large: "This file was refused: it is larger than files of its kind may be.",
    damaged: "This file was refused: it did not arrive as it was sent. Upload it again.",
    lost: "This file was lost before it could be checked. Upload it again.",
    internal_error: "This file could not be checked. Upload it again.",
    forbidden: "This file was refused: you may not share files there any more.",
  } as Record<string, string>,
  refusedOtherwise: "This file was refused.",
  unavailable: (name: string) => `${name} is not available (yet, or any more).`,
  open: (name: string) => `Open ${name}`,
  download: (name: string) => `Download ${name}`,
  downloadIt: "Download",
  making: "The preview is being made…",
  notMade: (reason: string | null) => `The preview could not be made${because(reason)}.`,
  noPreview: "There is no preview of this file.",
  noPreviewAs: {
    locked: "There is no preview: the file is locked with a password.",
    damaged: "There is no preview: the file is damaged, or not what its name says.",
    too_large: "There is no preview: the file is too large for one.",
    too_many_pixels: "There is no preview: the picture has too many pixels.",
  } as Record<string, string>,
  waveform: "Loudness",
  page: (number: number) => `Page ${number}`,
  pages: (count: number) => `${count.toLocaleString(locale)} ${count === 1 ? "page" : "pages"}`,
  pasted: "image",
  ofChannel: "Files",
  noneInChannel: "Nothing has been shared here yet. Drop files on the conversation to share them.",
  by: (name: string, at: string) => `${name}, ${moment.format(new Date(at))}`,
  sections: { preview: "Preview", links: "Share", versions: "Versions" },
  rename: "Rename",
  renameTitle: "Rename file",
  name: "File name",
  delete: "Delete",
  deleteTitle: (name: string) => `Delete ${name}?`,
  deleteBody: "It disappears for everybody, wherever it was shared, with all its versions and links. This cannot be undone.",
  links,
  versions,
  conversions,
};
