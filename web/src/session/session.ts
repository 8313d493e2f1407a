/** Who is signed in here; every tab of the browser shares it through localStorage. */
import { create } from "zustand";

import type { User } from "../api/types";

export interface Session {
  user: User;
  accessToken: string;
  refreshToken: string;
  expiresAt: number;
  /** When the person typed a password here; a refresh does not change it. */
  signedInAt: number;
}

export interface SignedIn {
  user: User;
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
}

const KEY = "nexus.session";

export const useSession = create<{ session: Session | null }>(() => ({ session: stored() }));

export function stored(): Session | null {
  try {
    const value = JSON.parse(localStorage.getItem(KEY) ?? "null") as Session | null;
    return value?.refreshToken && value.user?.id ? value : null;
  } catch {
    return null;
  }
}

export function current(): Session | null {
  return useSession.getState().session;
}

export function keep(answer: SignedIn): Session {
  const { expiresIn, ...rest } = answer;
  const signedInAt = current()?.signedInAt ?? Date.now();
  const session = { ...rest, expiresAt: Date.now() + expiresIn * 1000, signedInAt };
  localStorage.setItem(KEY, JSON.stringify(session));
  useSession.setState({ session });
  return session;
}

export function forget(): void {
  localStorage.removeItem(KEY);
  useSession.setState({ session: null });
}

/** Another tab signed in, out, or refreshed. */
export function followOtherTabs(): void {
  window.addEventListener("storage", (event) => {
    if (event.key === KEY || event.key === null) useSession.setState({ session: stored() });
  });
}
