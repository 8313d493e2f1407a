/** The routes of a share link, for whoever has one. */
import { requestAnonymously } from "../api/http";

/** What a link with a password tells before that was said. */
export interface Locked {
  hasPassword: true;
  filename?: undefined;
}

export interface SharedFile {
  hasPassword: boolean;
  filename: string;
  size: number;
  mimeType: string;
  expiresAt: string | null;
  downloadsLeft: number | null;
  /** Of a picture that may not be there. */
  preview: string;
}

export interface OpenedFile extends SharedFile {
  url: string;
  urlExpiresAt: string;
}

const pathOf = (token: string) => `/shared/${encodeURIComponent(token)}`;

export const showShared = (token: string) => requestAnonymously<SharedFile | Locked>("GET", pathOf(token));

/** Each is one download. */
export const openShared = (token: string, password: string) =>
  requestAnonymously<OpenedFile>("POST", pathOf(token), password ? { password } : {});
