/** A message's text: code set apart, links made to press, everything else as written. */
import { memo } from "react";

import { pieces } from "./content";

export const Content = memo(function Content({ content }: { content: string }) {
  return (
    <div className="content" data-testid="message-content">
      {pieces(content).map((piece, index) => {
        switch (piece.kind) {
          case "block":
            return (
              <pre key={index} data-language={piece.language || undefined}>
                <code>{piece.text}</code>
              </pre>
            );
          case "code":
            return <code key={index}>{piece.text}</code>;
          case "link":
            return (
              <a key={index} href={piece.href} target="_blank" rel="noopener noreferrer">
                {piece.text}
              </a>
            );
          case "text":
            return <span key={index}>{piece.text}</span>;
        }
      })}
    </div>
  );
});
