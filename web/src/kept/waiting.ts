/** What was put off and waits for its owner: reminders that are due, messages that could not be sent. */
import { useQuery } from "@tanstack/react-query";

import { listDueReminders, listScheduled } from "../api/kept";
import { keys } from "../live/queries";

export function useWaiting(): { reminders: number; scheduled: number } {
  const reminders = useQuery({ queryKey: keys.dueReminders(), queryFn: listDueReminders }).data ?? [];
  const scheduled = useQuery({ queryKey: keys.scheduled(), queryFn: listScheduled }).data ?? [];
  return {
    reminders: reminders.length,
    scheduled: scheduled.filter(({ failure }) => failure).length,
  };
}
