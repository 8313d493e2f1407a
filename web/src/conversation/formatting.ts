/** A message's document: what its nodes carry, each value looked at before it is shown. */

export interface Mark {
  type: string;
  attrs?: Record<string, unknown>;
}

/** ProseMirror's JSON, as messaging makes it. */
export interface FormattedNode {
  type: string;
  attrs?: Record<string, unknown>;
  content?: FormattedNode[];
  text?: string;
  marks?: Mark[];
}

/** Nothing that messaging lets through is deeper. */
export const DEEPEST = 24;

const ADDRESS = /^(?:https?:\/\/|mailto:)[^\s\\<>"`]+$/i;

/** A link's address if it leads to the web or to mail, else nothing. */
export function addressOf(mark: Mark): string | null {
  const href = mark.attrs?.href;
  return typeof href === "string" && ADDRESS.test(href) ? href : null;
}

export function textAttribute(node: FormattedNode, name: string): string {
  const value = node.attrs?.[name];
  return typeof value === "string" ? value : "";
}

export function numberAttribute(node: FormattedNode, name: string, least: number, most: number): number {
  const value = node.attrs?.[name];
  return typeof value === "number" && Number.isInteger(value) ? Math.min(most, Math.max(least, value)) : least;
}
