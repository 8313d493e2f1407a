/** What happened to a message that was posted already, put into its channel's timeline and its thread, and where else it shows. */
import { changeTimeline, conversations } from "../conversation/conversations";
import { type Change, apply } from "../conversation/timeline";
import { hearChangeOfFollowed } from "../threads/followed";
import { hearChange } from "../threads/threads";
import { hearChangeOfShown } from "./shown";

export function change(channelId: string, made: Change): void {
  if (conversations().timelines[channelId]) changeTimeline(channelId, (timeline) => apply(timeline, made));
  hearChange(channelId, made);
  hearChangeOfFollowed(made);
  hearChangeOfShown(channelId, made);
}
