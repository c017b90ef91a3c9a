/** The name under which a group's source is `$all`. */
export const ALL = '$all';

/** Holds the settings of all groups: its newest event is in force. */
export const CONFIG_STREAM = '$persistentSubscriptionConfig';

/** A group's identity: `<stream>::<group>`. */
export const groupId = (source: string, group: string): string => `${source}::${group}`;

export const checkpointStream = (source: string, group: string): string =>
  `$persistentsubscription-${groupId(source, group)}-checkpoint`;

/** Whether `checkpointStream` made this name. */
export const isCheckpointStream = (stream: string): boolean =>
  stream.startsWith('$persistentsubscription-') && stream.endsWith('-checkpoint');

export const parkedStream = (source: string, group: string): string =>
  `$persistentsubscription-${groupId(source, group)}-parked`;
