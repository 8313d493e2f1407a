/** A poll: everybody's votes as they come, and one's own. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useReducer } from "react";

import { closePoll, getPoll, vote } from "../api/routes";
import type { Message, Poll, PollStanding } from "../api/types";
import { change } from "../live/change";
import { keys, queries } from "../live/queries";
import { text } from "../text";
import { complain } from "../ui/notices";
import { chosenAfter, isOver, onceOver, shareOf } from "./polls";

interface Props {
  message: Message;
  poll: Poll;
  mayClose: boolean;
  isReadOnly: boolean;
}

export function PollCard({ message, poll, mayClose, isReadOnly }: Props) {
  const key = keys.poll(message.id);
  const mine = useQuery({ queryKey: key, queryFn: () => getPoll(message.id) }).data?.mine ?? [];
  const [, showAnew] = useReducer((times: number) => times + 1, 0);
  useEffect(() => onceOver(poll, showAnew), [poll]);
  const isClosed = isOver(poll, new Date());
  const take = (standing: PollStanding) => {
    queries.setQueryData(key, standing);
    change(message.channelId, { kind: "poll", messageId: message.id, poll: standing.poll });
  };
  const choose = (optionId: string) =>
    void vote(message.id, chosenAfter(poll, mine, optionId)).then(take, complain);
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
              onClick={() => choose(option.id)}
            >
              <span className="poll-share" style={{ width: `${shareOf(poll, option)}%` }} aria-hidden="true" />
              <span className="poll-text">{option.text}</span>
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
          <button type="button" className="button" onClick={() => void closePoll(message.id).then(take, complain)}>
            {text.programs.closePoll}
          </button>
        )}
      </footer>
    </section>
  );
}
