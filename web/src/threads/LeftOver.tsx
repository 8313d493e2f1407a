/** Below a thread whose first message was deleted: why nobody can reply, and what one had begun to. */
import { clearDraft, useDraft } from "../kept/drafts";
import { text } from "../text";

export function LeftOver({ channelId, threadId }: { channelId: string; threadId: string }) {
  const draft = useDraft(channelId, threadId);
  return (
    <div className="conversation-closed" data-testid="closed">
      <p>{text.threads.closed}</p>
      {draft.trim() && (
        <>
          <p>{text.threads.leftOver}</p>
          <blockquote className="left-over" dir="auto">
            {draft}
          </blockquote>
          <button type="button" className="button" onClick={() => clearDraft(channelId, threadId)}>
            {text.conversation.discard}
          </button>
        </>
      )}
    </div>
  );
}
