/** A poll: everybody's votes as they come, and one's own. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useReducer } from "react";

import { closePoll } from "../api/routes";
import type { Message, Poll } from "../api/types";
import { text } from "../text";
import { complain } from "../ui/notices";
import { choose, standingQuery, take } from "./ownVotes";
import { isOver, onceOver, shareOf } from "./polls";

interface Props {
  message: Message;
  poll: Poll;
  mayClose: boolean;
  isReadOnly: boolean;
}

export function PollCard({ message, poll, mayClose, isReadOnly }: Props) {
  const mine = useQuery(standingQuery(message.id)).data?.mine ?? [];
  const [, showAnew] = useReducer((times: number) => times + 1, 0);
  useEffect(() => onceOver(poll, showAnew), [poll]);
  const isClosed = isOver(poll, new Date());
  return (
    <section className="poll" aria-label={poll.question} data-testid="poll" data-closed={isClosed || undefined}>
      <ul>
        {poll.options.map((option) => (
          <li key={option.id}>
            <button
              type="button"
              className="poll-option"
              aria-pressed={mine.includes(option.id)}
              disabled={isClosed || isReadOnly}
              data-testid="poll-option"
              onClick={() => void choose(message, poll, option.id).catch(complain)}
            >
              <span className="poll-share" style={{ width: `${shareOf(poll, option)}%` }} aria-hidden="true" />
              <span className="poll-text" dir="auto">{option.text}</span>
              <span className="poll-votes" data-testid="poll-votes">
                {option.votes}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <footer>
        <small>{text.programs.poll(poll.voters, poll.isMultiple, poll.isAnonymous, isClosed)}</small>
        {mayClose && !isClosed && !isReadOnly && (
          <button
            type="button"
            className="button"
            onClick={() => void closePoll(message.id).then((standing) => take(message, standing), complain)}
          >
            {text.programs.closePoll}
          </button>
        )}
      </footer>
    </section>
  );
}
