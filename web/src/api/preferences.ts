/** What a person wants for themselves, wherever they are. */
import { request } from "./http";

export interface Preferences {
  /** Who sends none sees none. */
  sendsReadReceipts: boolean;
}

export const getPreferences = () => request<Preferences>("GET", "/preferences");

export const changePreferences = (change: Partial<Preferences>) => request<Preferences>("PUT", "/preferences", change);
