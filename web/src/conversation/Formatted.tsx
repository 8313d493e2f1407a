/** A message's document as elements of the page, never as markup. What is not known is shown as the words within. */
import { Fragment, type ReactNode } from "react";

import { NamedEmoji } from "../emoji/EmojiPicture";
import { GroupMention } from "../groups/GroupMention";
import { type People, nameOf } from "../workspaces/people";
import { ChannelReference } from "./ChannelReference";
import { DEEPEST, type FormattedNode, type Mark, addressOf, numberAttribute, textAttribute } from "./formatting";

interface Props {
  node: FormattedNode;
  people: People;
  depth?: number;
}

export function Formatted({ node, people, depth = 0 }: Props): ReactNode {
  if (depth > DEEPEST) return null;
  const within = (node.content ?? []).map((child, index) => (
    <Formatted key={index} node={child} people={people} depth={depth + 1} />
  ));
  return node.type === "text" ? marked(node.text ?? "", node.marks) : marked(element(node, within, people), node.marks);
}

function element(node: FormattedNode, within: ReactNode, people: People): ReactNode {
  switch (node.type) {
    case "paragraph":
      return <p>{within}</p>;
    case "heading":
      return (
        <p className={`heading heading-${numberAttribute(node, "level", 1, 3)}`} role="heading" aria-level={4}>
          {within}
        </p>
      );
    case "blockquote":
      return <blockquote>{within}</blockquote>;
    case "bulletList":
      return <ul>{within}</ul>;
    case "orderedList":
      return <ol start={numberAttribute(node, "start", 0, 999_999_999)}>{within}</ol>;
    case "listItem":
      return <li>{within}</li>;
    case "codeBlock":
      return (
        <pre data-language={textAttribute(node, "language") || undefined}>
          <code>{within}</code>
        </pre>
      );
    case "horizontalRule":
      return <hr />;
    case "hardBreak":
      return <br />;
    default:
      return reference(node, people) ?? <Fragment>{within}</Fragment>;
  }
}

function reference(node: FormattedNode, people: People): ReactNode {
  switch (node.type) {
    case "userMention":
      return <Mention name={nameOf(people, textAttribute(node, "id"))} />;
    case "groupMention":
      return <GroupMention groupId={textAttribute(node, "id")} people={people} />;
    case "channelMention":
      return <Mention name="channel" />;
    case "hereMention":
      return <Mention name="here" />;
    case "channelLink":
      return <ChannelReference channelId={textAttribute(node, "id")} />;
    case "emoji":
      return <NamedEmoji name={textAttribute(node, "name")} />;
    default:
      return null;
  }
}

function Mention({ name }: { name: string }) {
  return (
    <span className="mention" data-testid="mention">
      @{name}
    </span>
  );
}

/** The words within their marks, the last mark the innermost. */
function marked(within: ReactNode, marks: readonly Mark[] = []): ReactNode {
  return marks.reduceRight<ReactNode>((inner, mark) => {
    switch (mark.type) {
      case "bold":
        return <strong>{inner}</strong>;
      case "italic":
        return <em>{inner}</em>;
      case "underline":
        return <u>{inner}</u>;
      case "strike":
        return <s>{inner}</s>;
      case "code":
        return <code>{inner}</code>;
      case "link": {
        const href = addressOf(mark);
        if (!href) return inner;
        return (
          <a href={href} target="_blank" rel="noopener noreferrer nofollow">
            {inner}
          </a>
        );
      }
      default:
        return inner;
    }
  }, within);
}
