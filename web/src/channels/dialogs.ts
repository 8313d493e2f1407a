/** Which of the sidebar's dialogs is open: also other places offer them. */
import { create } from "zustand";

export type DialogName = "invite" | "people" | "browse" | "create" | "direct" | "kept" | "emoji" | "groups" | "settings" | "transfers";

export const useDialog = create<{ dialog: DialogName | null }>(() => ({ dialog: null }));

export const openDialog = (dialog: DialogName) => useDialog.setState({ dialog });

export const closeDialog = () => useDialog.setState({ dialog: null });
