/** What programs answered to this person alone: kept until it is dismissed or the page is closed. */
import { create } from "zustand";

import type { Ephemeral } from "../api/types";

const LIMIT = 20;

export const useEphemerals = create<{ told: readonly Ephemeral[] }>(() => ({ told: [] }));

/** It comes as an answer and over the socket: it is shown once. */
export function hearEphemeral(message: Ephemeral): void {
  useEphemerals.setState(({ told }) =>
    told.some((known) => known.id === message.id) ? { told } : { told: [...told, message].slice(-LIMIT) },
  );
}

export function dismiss(id: string): void {
  useEphemerals.setState(({ told }) => ({ told: told.filter((known) => known.id !== id) }));
}

export const forgetEphemerals = () => useEphemerals.setState({ told: [] });
