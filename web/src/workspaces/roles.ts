import type { Role, Workspace } from "../api/types";

/** Whether somebody may manage people and invitations. */
export const isAdmin = (role: string | null | undefined) => role === "owner" || role === "admin";

export const mayInvite = ({ role, allowExternalInvites }: Pick<Workspace, "role" | "allowExternalInvites">) =>
  isAdmin(role) || (role === "member" && allowExternalInvites);

export const ROLES: readonly Role[] = ["admin", "member", "guest"];
