// Every word of the page in both languages. Chinese stands first; the switch is remembered in this browser.

const PAIRS = {
  title: ["安居演示之家", "Anju's home to play with"],
  hint: ["点一个设备或按钮，看它发生什么；旁边是网关的判断和值守台看到的内容。", "Press a device or a button and see what happens; beside it is what the gateway thinks and what the desk sees."],
  other_language: ["English", "中文"],
  lost: ["演示程序已停止，请重新运行 make demo。", "The demo has ended. Run make demo again."],
  world: ["这一家的线路和电源", "This home's lines and power"],
  gateway: ["网关怎么想", "What the gateway thinks"],
  desk: ["值守台看到什么", "What the desk sees"],
  open_desk: ["打开值守台", "Open the desk"],
  choose: ["点平面图上的设备，选择要发生的事。", "Press a device on the plan and choose what happens to it."],
  calm: ["没有未处理的报警", "No alarm is waiting"],
  nothing_said: ["还没有事情发生。", "Nothing has happened yet."],
  desk_off: ["值守台没有运行", "The desk does not run"],
  starting: ["正在启动", "starting"], working: ["正常", "working"], degraded: ["有问题", "in trouble"], off: ["没有运行", "not running"],
  on: ["触发中", "on"], gone: ["已拆走", "taken away"], off_body: ["未佩戴", "not worn"], door_open: ["开着", "open"],
  // Rooms.
  bedroom: ["卧室", "Bedroom"], living_room: ["客厅", "Living room"], bathroom: ["卫生间", "Bathroom"], entry: ["门厅", "Entry"], kitchen: ["厨房", "Kitchen"],
  // Devices.
  cord: ["拉绳", "Pull cord"], button: ["求助按钮", "Button"], smoke: ["烟雾报警器", "Smoke detector"], co: ["一氧化碳报警器", "CO detector"],
  gas: ["燃气报警器", "Gas detector"], water: ["水浸传感器", "Leak sensor"], motion: ["人体感应", "Motion sensor"], door: ["门磁", "Door contact"], band: ["手环", "Band"],
  mark_cord: ["绳", "C"], mark_button: ["钮", "B"], mark_smoke: ["烟", "SM"], mark_co: ["CO", "CO"], mark_gas: ["气", "G"], mark_water: ["水", "W"],
  mark_motion: ["动", "M"], mark_door: ["门", "D"], mark_band: ["环", "WR"],
  quick_press: ["拉卫生间的绳", "Pull the bathroom cord"], quick_smoke_on: ["厨房冒烟", "Smoke in the kitchen"], quick_fall: ["摔倒", "Fall"],
  quick_take_off: ["摘下手环", "Take the band off"], quick_leave: ["出门", "Go out"], quick_return: ["回家", "Come home"],
  // Deeds.
  do_press: ["拉一下 / 按一下", "Pull or press"], do_smoke_on: ["冒烟", "Smoke"], do_smoke_off: ["烟散了", "Smoke clears"],
  do_co_on: ["一氧化碳超标", "Carbon monoxide"], do_co_off: ["恢复正常", "Clears"], do_gas_on: ["燃气泄漏", "Gas leak"], do_gas_off: ["恢复正常", "Clears"],
  do_water_on: ["漏水", "Leak"], do_water_off: ["干了", "Dry again"], do_motion: ["有人走过", "Somebody moves"], do_open: ["开门", "Open"], do_close: ["关门", "Close"],
  do_fall: ["摔倒", "Fall"], do_take_off: ["摘下", "Take off"], do_put_on: ["戴上", "Put on"], do_test: ["按测试键", "Test button"], do_tamper: ["拆开外壳", "Open its cover"],
  do_low_battery: ["电池快没电", "Battery low"], do_new_battery: ["换新电池", "New battery"], do_remove: ["拆走", "Take away"], do_put_back: ["装回", "Put back"],
  do_retained: ["旧消息重放", "Stale retained message"], do_misbehave: ["故障", "Break it"], do_command: ["中心下令测试", "The centre orders a test"],
  do_leave: ["出门", "Go out"], do_return: ["回家", "Come home"],
  how_half_frame: ["故障：半截信号", "Broken: half frames"], how_wrong_checksum: ["故障：校验错误", "Broken: wrong checksum"], how_stuck: ["故障：一直按着", "Broken: stuck"],
  how_babbling: ["故障：乱报", "Broken: babbling"], how_replaying: ["故障：重放", "Broken: replaying"], how_unplugged: ["故障：没声音", "Broken: silent"],
  kind_forward: ["向前摔倒", "Falls forward"], kind_backward: ["向后摔倒", "Falls backward"], kind_sideways: ["向侧面摔倒", "Falls sideways"], kind_slump: ["慢慢滑倒", "Slides down"],
  // Lines.
  power: ["停电（网关）", "Gateway's power cut"], receivers: ["拔掉无线接收器", "Radio receivers unplugged"], local_broker: ["停掉家里的消息服务", "House's broker stopped"],
  line: ["断网", "Line cut"], broker: ["停掉区里的消息服务", "District's broker stopped"], centre: ["值守台关机", "Desk switched off"],
  // What the gateway says.
  said_calling: ["正在呼叫中心", "calling the centre"], said_received: ["中心已收到", "the centre has it"], said_accepted: ["有人接警", "an operator has it"],
  said_dispatched: ["有人出发", "help is on its way"], said_arrived: ["人已到", "help has arrived"], said_resolved: ["已结案", "closed"],
  said_not_reached: ["还没有联系到中心，继续呼叫", "the centre is not reached, calling on"], said_cleared: ["传感器恢复正常", "the sensor is back to normal"],
  said_held: ["等 {0} 秒再报警：可以取消", "held for {0} s: it can be cancelled"], said_held_confirmed: ["确认，立即报警", "confirmed, sent at once"],
  said_held_cancelled: ["已取消", "cancelled"], said_held_due: ["没有人取消，报警", "nobody cancelled: sent"], said_held_raised: ["没有人取消，报警", "nobody cancelled: sent"],
  said_cancelled: ["已取消", "cancelled"],
  // Alarms.
  type_sos: ["求助", "Help"], type_smoke: ["烟雾", "Smoke"], type_co: ["一氧化碳", "Carbon monoxide"], type_gas: ["燃气", "Gas"], type_heat: ["高温", "Heat"], type_water: ["漏水", "Leak"],
  type_fall: ["跌倒", "Fall"], type_inactivity: ["长时间无活动", "No activity"], type_wandering: ["外出未归", "Wandering"], type_removed_from_body: ["手环摘下", "Band taken off"],
  type_door_left_open: ["门未关", "Door left open"], type_test: ["测试", "Test"],
  state_none: ["待接警", "waiting"], state_accepted: ["已接警", "accepted"], state_dispatched: ["已派单", "dispatched"], state_arrived: ["已到达", "arrived"], state_resolved: ["已结案", "closed"],
};

let language = localStorage.getItem("anju-language") === "en" ? 1 : 0;

export const has = (key) => key in PAIRS;
export const word = (key, ...values) => (PAIRS[key]?.[language] ?? key).replace(/\{(\d)\}/g, (_, number) => values[number]);

export function switchLanguage() {
  language = 1 - language;
  localStorage.setItem("anju-language", language ? "en" : "zh");
}

export function writeWords() {
  document.documentElement.lang = language ? "en" : "zh-CN";
  document.title = word("title");
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  document.getElementById("language").textContent = word("other_language");
}
