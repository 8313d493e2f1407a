/** Says so when the connection is gone, after a moment: a blink is not worth a word. */
import { useEffect, useState } from "react";

import { text } from "../text";
import { useConnection } from "./connection";
import { useHealed } from "./selfcheck";

const BLINK_MS = { connecting: 1_500, reconnecting: 400 };

export function ConnectionBanner() {
  const connection = useConnection((state) => state.connection);
  const healed = useHealed((state) => state.healed);
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (connection === "connected") {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), BLINK_MS[connection]);
    return () => clearTimeout(timer);
  }, [connection]);
  return (
    <div
      className="banner-place"
      role="status"
      data-testid="connection"
      data-connection={connection}
      data-healed={healed}
    >
      {isShown && connection !== "connected" && (
        <p className="banner">
          <strong>{text.connection[connection]}</strong> {text.connection.hint}
        </p>
      )}
    </div>
  );
}
