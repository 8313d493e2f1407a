import type { Role } from "../api/types";

/** Whether somebody may manage people and invitations. */
export const isAdmin = (role: string | null | undefined) => role === "owner" || role === "admin";

export const ROLES: readonly Role[] = ["admin", "member", "guest"];
