/** Emoji of Unicode that are offered, with the words they are found by. */
const LINES = `
👍 thumbs up yes good agree like +1
👎 thumbs down no bad disagree -1
❤️ heart love red
😂 joy laugh tears funny
🎉 party celebrate tada congratulations
🙏 please thanks pray
👀 eyes look see watching
✅ check done yes ok
🔥 fire hot great
🚀 rocket ship launch fast
💯 hundred perfect
👏 clap applause bravo
🙌 hands hooray praise
💪 strong muscle power
🤝 handshake deal agree
👋 wave hello bye hi
😀 grin happy smile
😊 blush smile happy
😍 love heart eyes
😎 cool sunglasses
🤔 thinking hmm
😅 sweat relief phew
😢 cry sad tear
😮 surprised wow oh
😡 angry mad
🥳 party face celebrate birthday
💡 idea bulb light
☕ coffee break
🍕 pizza food lunch
🐛 bug insect
⭐ star favourite
❓ question what
😄 smile happy laugh
😁 beam grin teeth
🤣 rolling laugh floor
🙂 slight smile
🙃 upside down irony
😉 wink
😇 innocent angel
😋 yum tasty
😜 tongue wink joke
🤗 hug
🤫 quiet shush secret
🤨 doubt eyebrow
😐 neutral meh
😏 smirk
🙄 eye roll
😬 grimace awkward
😴 sleep tired
🤒 ill sick fever
🤯 mind blown
😱 scream fear
😭 sob cry loud
😤 triumph huff
😩 weary tired
🥺 pleading please
🤷 shrug dunno
🤦 facepalm
🙋 raise hand me
🙇 bow sorry
👌 ok perfect
✌️ peace victory
🤞 fingers crossed luck
👉 point right
👈 point left
👆 point up
👇 point down
✋ stop hand high five
🫡 salute yes sir
🧠 brain smart
💔 broken heart
💙 blue heart
💚 green heart
💛 yellow heart
💜 purple heart
✨ sparkles new shiny
⚡ lightning fast energy
🌟 glowing star
🌈 rainbow
☀️ sun sunny
🌧️ rain weather
❄️ snow cold
🍎 apple fruit
🍺 beer drink cheers
🍻 cheers beers
🥂 toast champagne
🎂 cake birthday
🍩 doughnut sweet
🌮 taco lunch
🥗 salad healthy
🐶 dog
🐱 cat
🦄 unicorn
🐢 turtle slow
🐘 elephant
🦀 crab rust
🐍 snake python
🎯 target goal
🏆 trophy win
🥇 medal first gold
⚽ football soccer
🎮 game play
🎵 music note
🎁 gift present
📌 pin
📎 paperclip attachment
📅 calendar date
📈 chart up growth
📉 chart down
📣 megaphone announce
🔔 bell notice
🔒 lock secure
🔑 key
🔧 wrench fix tool
🔨 hammer build
🧪 test experiment
💻 laptop computer
📱 phone mobile
📷 camera photo
💰 money
💸 money wings spend
🗑️ bin trash delete
🏠 house home
🏢 office building
🚗 car drive
🚲 bicycle bike
✈️ plane travel
🌍 world earth
⏰ alarm clock time
⏳ hourglass wait
⚠️ warning attention
❌ cross no wrong
❗ exclamation important
➕ plus add
➖ minus remove
🆗 ok
🆕 new
🔴 red circle
🟡 yellow circle
🟢 green circle
🏁 finish flag
🚧 construction work in progress
🎬 film action
🧵 thread
`;

export interface Known {
  readonly emoji: string;
  readonly words: string;
}

export const KNOWN: readonly Known[] = LINES.trim()
  .split("\n")
  .map((line) => ({ emoji: line.slice(0, line.indexOf(" ")), words: line.slice(line.indexOf(" ") + 1) }));

/** Those that have every word of a search at the beginning of one of theirs. */
export function found(search: string): readonly Known[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  return KNOWN.filter(({ words }) =>
    wanted.every((part) => words.split(" ").some((word) => word.startsWith(part))),
  );
}
