/** The next version of a file on its way, also while the file is not looked at. */
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { notify } from "../ui/notices";
import { addVersion } from "./uploads";

export const placeOfVersions = (fileId: string) => `file:${fileId}`;

/** Why it is not taken. */
export function uploadVersion(fileId: string, chosen: File): string | null {
  return addVersion(fileId, placeOfVersions(fileId), chosen, () => {
    notify(text.files.versions.uploaded);
    outdated(keys.file(fileId));
  });
}
