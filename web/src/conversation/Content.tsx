/** A message's text: formatted if it has formatting, else code set apart and links made to press. */
import { memo } from "react";

import type { People } from "../workspaces/people";
import { Formatted } from "./Formatted";
import { pieces } from "./content";
import type { FormattedNode } from "./formatting";

interface Props {
  content: string;
  formatted?: FormattedNode | null | undefined;
  people?: People;
}

const NOBODY: People = new Map();

export const Content = memo(function Content({ content, formatted, people = NOBODY }: Props) {
  if (formatted) {
    return (
      <div className="content content-formatted" dir="auto" data-testid="message-content">
        <Formatted node={formatted} people={people} />
      </div>
    );
  }
  return (
    <div className="content" dir="auto" data-testid="message-content">
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
          case "reference":
            return <Formatted key={index} node={piece.node} people={people} />;
          case "text":
            return <span key={index}>{piece.text}</span>;
        }
      })}
    </div>
  );
});
