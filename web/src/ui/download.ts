/** Hands something to the browser to be kept as a file. */
export function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export const downloadText = (name: string, content: string, type: string) =>
  download(name, new Blob([content], { type }));
