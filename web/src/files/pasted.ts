/** What was pasted: words or files. */

/** None if it is words, beside which office programs put a picture of them; a file's own name is no words. */
export function filesPasted(clipboard: Pick<DataTransfer, "files" | "getData">): File[] {
  const isWords = clipboard.getData("text/html") !== "" && clipboard.getData("text/plain").trim() !== "";
  return isWords ? [] : [...clipboard.files];
}
