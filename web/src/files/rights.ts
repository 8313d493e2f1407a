/** What somebody may do with a file that they see. Pure; the service asks anew each time. */
import type { StoredFile } from "../api/files";
import type { Role } from "../api/types";
import { isAdmin } from "../workspaces/roles";

export interface FileRights {
  /** Rename, delete, upload and restore versions. */
  readonly change: boolean;
  readonly share: boolean;
}

export function rightsTo(file: StoredFile, myId: string, role: Role | null | undefined): FileRights {
  return { change: file.uploadedBy === myId || isAdmin(role), share: isAdmin(role) || role === "member" };
}
