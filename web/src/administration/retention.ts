/** How long is longer, and whether a report of what was removed is as it was signed. */
export const MOST_DAYS = 36_500;

/** 0 is for ever. */
export const isShorter = (days: number, than: number) => days !== 0 && (than === 0 || days < than);

export type Verdict = "right" | "wrong" | "cannot";

/** The last line has the signature of all before it. The key is the one that the server's list names, not the report's. */
export async function verify(report: string, publicKey: string): Promise<Verdict> {
  const end = report.trimEnd().lastIndexOf("\n") + 1;
  const { signature } = JSON.parse(report.slice(end)) as { signature: string };
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) return "cannot";
  try {
    const key = await subtle.importKey("raw", bytesOf(publicKey), "Ed25519", false, ["verify"]);
    const signed = new TextEncoder().encode(report.slice(0, end));
    return (await subtle.verify("Ed25519", key, bytesOf(signature), signed)) ? "right" : "wrong";
  } catch {
    return "cannot";
  }
}

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
