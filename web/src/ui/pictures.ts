/** Images that are fetched with the session's token, each once; the page shows them by an address of its own. */
import { useEffect, useState } from "react";

import { requestBlob } from "../api/http";

/** Fetched ones that are kept; what is on screen is kept by its element. */
const MOST = 400;
const fetched = new Map<string, Promise<string>>();

/** Undefined while it is fetched, null if it cannot be had. */
export function usePicture(path: string | undefined): string | null | undefined {
  const [found, setFound] = useState<{ path: string; url: string | null }>();
  useEffect(() => {
    if (!path) return;
    let isAlive = true;
    pictureOf(path).then(
      (url) => isAlive && setFound({ path, url }),
      () => isAlive && setFound({ path, url: null }),
    );
    return () => void (isAlive = false);
  }, [path]);
  return found?.path === path ? found?.url : undefined;
}

function pictureOf(path: string): Promise<string> {
  const known = fetched.get(path);
  if (known) return known;
  const url = requestBlob(path).then((image) => URL.createObjectURL(image));
  fetched.set(path, url);
  url.catch(() => fetched.delete(path));
  if (fetched.size > MOST) dropOldest();
  return url;
}

function dropOldest(): void {
  const [path] = fetched.keys();
  if (!path) return;
  void fetched.get(path)?.then((url) => URL.revokeObjectURL(url));
  fetched.delete(path);
}
