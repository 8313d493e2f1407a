/** What an outgoing webhook was told lately, and how that went. */
import { useQuery } from "@tanstack/react-query";

import { type Delivery, listDeliveries, redeliver } from "../api/programs";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { IconButton } from "../ui/IconButton";
import { Loaded } from "../ui/Loaded";
import { complain } from "../ui/notices";

const AGAIN_MS = 5_000;

export function Deliveries({ hookId }: { hookId: string }) {
  const query = useQuery({
    queryKey: keys.deliveries(hookId),
    queryFn: () => listDeliveries(hookId),
    // Nobody tells of them: what waits is looked at again.
    refetchInterval: (asked) => (asked.state.data?.some((each) => each.dueAt) ? AGAIN_MS : false),
  });
  const words = text.administration.apps;
  return (
    <Loaded query={query} none={words.noDeliveries}>
      {(deliveries) => (
        <ul className="rows rows-tall">
          {deliveries.map((delivery) => (
            <Row key={delivery.id} hookId={hookId} delivery={delivery} />
          ))}
        </ul>
      )}
    </Loaded>
  );
}

function Row({ hookId, delivery }: { hookId: string; delivery: Delivery }) {
  const words = text.administration.apps;
  const again = () => void redeliver(hookId, delivery.id).then(() => outdated(keys.deliveries(hookId)), complain);
  const { state, status, error, attempts, createdAt, dueAt } = delivery;
  return (
    <li className="row" data-testid="delivery" data-state={state}>
      <span className="row-main">
        <strong>
          {words.states[state] ?? state}
          {status !== null && !dueAt && ` · ${status}`}
        </strong>
        <small>
          {text.moment(new Date(createdAt))} · {words.tried(attempts)}
        </small>
        {error && <small>{error}</small>}
      </span>
      {!dueAt && <IconButton icon="retry" label={words.again} onClick={again} />}
    </li>
  );
}
