// Every word of the page in both languages. Chinese stands first; the switch is remembered in this browser.

const PAIRS = {
  brand: ["安居值守台", "Anju desk"],
  open: ["条未结案", "open"],
  homes: ["住户状态", "Homes"],
  closed: ["最近结案", "Recently closed"],
  calm: ["没有未处理的报警", "No alarm is waiting"],
  calm_more: ["线路正常，正在值守。新报警会自动出现并响铃。", "The line works and the desk is listening. New alarms appear and sound by themselves."],
  calm_deaf: ["但现在收不到任何报警，请看上方红色提示。", "But no alarm can arrive just now: see the red line above."],
  sign_out: ["退出", "Sign out"],
  other_language: ["English", "中文"],
  sound_on: ["声音已开", "Sound is on"],
  sound_off: ["声音未开，点此开启", "Sound is off – click to enable"],
  server_lost: ["与服务器断开，正在自动重连。以下内容截至 {0}", "Connection to the desk is lost, reconnecting. What you see is as of {0}"],
  broker_lost: ["值守台收不到任何报警：与报警线路断开（自 {0} 起），正在自动重连。请立即通知技术人员。", "NO ALARM CAN ARRIVE: the desk has lost the alarm line (since {0}) and is reconnecting. Call the engineer now."],
  alive: ["在线 {0} 户", "homes alive: {0}"],
  silent: ["失联 {0} 户", "silent: {0}"],
  more: ["还有 {0} 条未显示", "{0} more not shown"],
  nobody: ["尚无人接警", "Nobody has it yet"],
  owned: ["{0} 正在处理", "{0} has it"],
  with_bracket: ["{0}（{1}）", "{0} ({1})"],
  mine: ["您正在处理", "You have it"],
  accept: ["接警", "Accept"],
  dispatch: ["派单", "Dispatch"],
  arrive: ["到达", "Arrived"],
  resolve: ["结案", "Resolve"],
  take_over: ["接管", "Take over"],
  none: ["待接警", "Waiting"],
  accepted: ["已接警", "Accepted"],
  dispatched: ["已派单", "Dispatched"],
  arrived: ["已到达", "Arrived"],
  resolved: ["已结案", "Resolved"],
  details: ["详情", "Details"],
  less: ["收起", "Less"],
  cancel: ["返回", "Back"],
  choose_result: ["选择结果", "Choose the result"],
  note: ["备注（只留在中心）", "Note (stays in the centre)"],
  minutes: ["约 {0} 分钟到达", "about {0} min to arrival"],
  minutes_label: ["预计到达", "Arrival in"],
  minutes_unknown: ["不确定", "unknown"],
  minutes_option: ["{0} 分钟", "{0} min"],
  test: ["测试", "TEST"],
  late: ["迟到的报警", "LATE"],
  cleared: ["传感器已恢复", "Sensor is back to normal"],
  cancelled: ["住户已取消", "Cancelled by the resident"],
  battery_low: ["电池低", "Battery low"],
  repeated: ["已触发 {0} 次", "{0} times"],
  about: ["约 ", "about "],
  since: ["发生于 {0}", "since {0}"],
  whole_home: ["房间未知", "room unknown"],
  no_card: ["无住户资料", "no card for this resident"],
  telephone: ["电话", "Telephone"],
  address: ["地址", "Address"],
  remark: ["注意", "Note"],
  device: ["设备", "Device"],
  gateway: ["网关", "Gateway"],
  history: ["处理记录", "History"],
  unreadable_hint: ["收到一条无法识别的报警，请立即致电住户", "An alarm came that cannot be read: call the resident now"],
  read_only: ["您的角色只能查看", "Your role may only read"],
  refused: ["操作未成功：{0}", "That did not work: {0}"],
  taken: ["{0} 已先接警", "{0} was first"],
  more_faults: ["还有 {0} 项", "{0} more"],
  house_says: ["网关提示（请转告技术人员）：", "The gateway says (for the engineer): "],
  route: ["上报线路 {0}", "way {0}"],
  silent_since: ["失联，最后心跳 {0}", "silent, last heartbeat {0}"],
  never: ["从未", "never"],
  all_alive: ["所有住户在线，无故障", "All homes alive, no faults"],
  no_homes: ["还没有住户上线", "No home has been heard yet"],
  none_closed: ["暂无", "None yet"],
  filed: ["已归档", "Filed"],
  operator: ["值守员", "operator"],
  supervisor: ["主管", "supervisor"],
  installer: ["安装员", "installer"],
  auditor: ["审核员", "auditor"],
  new_alarm: ["新报警", "New alarm"],
  longer_than: ["已超过 {0} 分钟", "for longer than {0} min"],
  long_lie: ["倒地 {0} 分钟没有动", "On the floor without moving for {0} min"],
  walks_again: ["又在走动", "walks again"],
  said_all_right: ["住户后来按了“我很好”", "the resident has pressed \"I am all right\" since"],
  still_for: ["静止 {0}", "still for {0}"],
  turned_by: ["姿势转过 {0}°", "turned by {0}°"],
  impact_of: ["冲击 {0} 倍重力", "impact of {0} g"],
  score_of: ["可能性 {0}%", "probability {0} %"],
  since_clock: ["自 {0} 起", "since {0}"],
  silent_for: ["已 {0}", "for {0}"],
  usually_at_most: ["此时段平常最长 {0}", "at this hour usually {0} at most"],
  asked_in_vain: ["家中已语音询问，无应答", "was asked aloud, no answer"],
  not_asked: ["没有出声询问，请先致电", "was not asked aloud: ring first"],
  far_from_home: ["离家 {0}", "{0} from home"],
  circle_of: ["范围 {0}", "circle of {0}"],
  metres: ["{0} 米", "{0} m"],
  kilometres: ["{0} 公里", "{0} km"],
  not_protected: ["无活动监护：{0}", "No inactivity protection: {0}"],
  homes_not_protected: ["无活动监护的住户：{0} 户", "Homes without inactivity protection: {0}"],
  falls_not_seen: ["现在发现不了跌倒：{0}", "No fall is noticed now: {0}"],
  homes_away: ["登记外出的住户：{0} 户（火警和求助照常）", "Homes registered as empty: {0} (fire and help calls as ever)"],
  homes_falls_not_seen: ["现在发现不了跌倒的住户：{0} 户", "Homes where no fall is noticed now: {0}"],
  and_more: ["{0}等", "{0} …"],
  serial_line: ["接收器 {0}", "receiver {0}"],
  listener_line: ["网络端口 {0}", "network port {0}"],
  impossible: ["读数不可能（{0}）", "its readings cannot be true ({0})"],
  below_limit: ["低于界限 {0}", "below the limit of {0}"],
  above_limit: ["高于界限 {0}", "above the limit of {0}"],
  in_a_row: ["连续 {0} 次", "{0} in a row"],
  over_minutes: ["历时 {0} 分钟", "over {0} min"],
  comma: ["，", ", "],
  colon: ["：", ": "],
  between: ["、", ", "],
  location: ["位置 {0}（WGS-84）", "Position {0} (WGS-84)"],
  accuracy: ["误差约 {0} 米", "within about {0} m"],
  accuracy_unknown: ["误差未知", "accuracy unknown"],
  fix_age: ["报警时已是 {0}前的定位", "fix was {0} old at the alarm"],
  fix_age_unknown: ["定位时间未知", "age of the fix unknown"],
  converted: ["由 GCJ-02 换算", "converted from GCJ-02"],
};

const TYPES = {
  sos: ["紧急求助", "Help call", "cord"], smoke: ["烟雾报警", "Smoke", "smoke"], heat: ["高温报警", "Heat", "heat"],
  co: ["一氧化碳", "Carbon monoxide", "gas"], gas: ["燃气泄漏", "Gas leak", "gas"], water: ["漏水", "Water leak", "water"],
  fall: ["跌倒", "Fall", "fall"], inactivity: ["长时间无活动", "No activity", "still"],
  wandering: ["走失风险", "Wandering", "wander"], out_of_bed: ["离床未归", "Out of bed", "bed"],
  door_left_open: ["门未关", "Door left open", "door"], removed_from_body: ["手环脱落", "Band taken off", "band"],
  intrusion: ["非法闯入", "Intrusion", "burglar"], vital_sign: ["体征异常", "Vital sign", "heart"],
  unreadable: ["无法识别的报警", "Unreadable alarm", "unknown"],
};
const ROOMS = {
  bathroom: ["卫生间", "bathroom"], toilet: ["卫生间", "toilet"], kitchen: ["厨房", "kitchen"], bedroom: ["卧室", "bedroom"],
  living_room: ["客厅", "living room"], living: ["客厅", "living room"], dining_room: ["餐厅", "dining room"], study: ["书房", "study"],
  hall: ["走廊", "hall"], corridor: ["走廊", "corridor"], entrance: ["门口", "entrance"], door: ["门口", "door"], stairs: ["楼梯", "stairs"],
  balcony: ["阳台", "balcony"], yard: ["院子", "yard"], garden: ["院子", "garden"], outside: ["户外", "outside"],
};
const RESULTS = {
  helped: ["已帮助", "Helped"], hospital: ["已送医", "Taken to hospital"], no_help_needed: ["无需帮助", "No help needed"],
  accidental: ["误触", "Accidental"], cooking_smoke: ["做饭油烟", "Cooking smoke"], device_fault: ["设备故障", "Device fault"],
  not_found: ["未找到人", "Nobody found"], test: ["测试", "Test"],
};
const FAULTS = {
  mains: ["停电", "mains failure"], rf_interference: ["无线干扰", "radio interference"], storage: ["存储故障", "storage fault"],
  store_rolled_back: ["存储被回退", "storage rolled back"], clock: ["时钟不准", "clock not set"], link_lost: ["链路中断", "link lost"], device_fault: ["设备故障", "device fault"],
  certificate: ["证书过期", "certificate out of date"],
  tamper: ["设备被拆", "tampered"], low_battery: ["电池低", "low battery"], supervision_lost: ["传感器失联", "sensor silent"],
  unreadable: ["无法识别的消息", "unreadable message"],
  meal: ["助餐", "meal"], bath: ["助浴", "bath"], cleaning: ["助洁", "cleaning"], mobility: ["助行", "mobility"],
  medical: ["助医", "medical help"], urgent_errand: ["助急", "urgent errand"], call_back: ["请回电", "call back"],
  visit_done: ["已探访", "visit done"],
  routine_change: ["作息有变化", "the daily routine has changed"], absence_check: ["请核实是否仍外出", "please check: is nobody at home?"],
};
// Which line or part of the house a fault is about, where no device is meant.
const PLACES = {
  local_broker: ["家中消息服务器", "local broker"], box: ["网关盒子", "box"], put_aside: ["损坏的数据库已另存", "damaged database put aside"],
  not_set: ["未校时", "not set"], jumped: ["时间跳变", "jumped"],
  fall_watch: ["跌倒监测", "fall watch"], inactivity: ["活动监护", "inactivity watch"],
};
// What exactly is wrong with a device, where the house says it.
const DETAILS = {
  stuck: ["读数一直不变，可能已损坏", "its readings never change, it may be broken"],
  saturated: ["读数顶在最大值，可能已损坏", "its readings stay at their limit, it may be broken"],
  wrong_unit: ["读数单位不对，请技术人员检查设置", "its readings are in the wrong unit: call the engineer"],
  unsupported_rate: ["采样频率不支持，请技术人员检查设置", "it measures too seldom or too often to be judged: call the engineer"],
  not_a_number: ["读数无效，可能已损坏", "its readings are no numbers, it may be broken"],
  clock_jump: ["设备时钟跳变", "its clock jumps"], gap: ["数据常有缺失，可能离网关太远", "samples are often missing: too far from the gateway?"],
  duplicate: ["数据重复或迟到", "samples come twice or too late"], reordered: ["数据次序混乱", "samples come out of order"],
  wrong_rate: ["实际采样频率与所报不符，请技术人员检查", "it measures more or less often than it says: call the engineer"],
  not_worn: ["半小时以上没有戴在身上", "not worn for half an hour"],
  babbling: ["按键不停触发", "is pressed without end"], stuck_button: ["按钮卡住", "a button is stuck"],
};
const FALL_WATCHES = {
  not_worn: ["没有佩戴设备", "the wearable is not worn"], silent: ["佩戴的设备没有消息", "nothing is heard of the wearable"],
  faulty: ["佩戴的设备有故障", "the wearable is faulty"],
};
const SOURCES = {
  gnss: ["卫星定位", "by satellite"], wifi: ["WiFi 定位", "by WiFi"], cell: ["基站定位", "by phone cells"],
  network: ["网络定位", "by WiFi or cells"], fused: ["综合定位", "by several means"],
};
// Why a fall is told, or was taken back: the words after `fall.` in an alarm's explanation.
const FALLS = {
  walked: ["已起身走动", "Got up and walked"], said_all_right: ["住户按键说没事", "Said to be all right"],
  two_devices: ["两个设备都报跌倒", "Two devices tell of it"], called_for_help: ["同时有人呼救", "Somebody called for help too"],
  in_bed: ["床垫显示人在床上", "The bed says that somebody lies in it"], lying_still: ["倒下后躺着不动", "Lies still after the fall"],
  lying: ["倒下后躺着", "Lies after the fall"], still: ["摔倒后没有动", "Has not moved since the fall"],
  impact: ["有摔倒的冲击", "An impact like a fall's"], device_said: ["设备自己报的跌倒", "The device's own word"],
};
const RHYTHMS = {
  inactivity: ["家中无活动", "No movement in the home"], not_up: ["尚未起床", "Has not got up"],
  bathroom_long: ["在卫生间过久", "In the bathroom for too long"], out_too_long: ["外出未归", "Went out and has not come back"],
  night_wandering: ["夜间外出", "Went out at night"], geofence_exit: ["离开家周围的范围", "Has left the circle around the home"],
};
const PROTECTIONS = {
  none: ["没有能感知活动的传感器", "no sensor for it"], off: ["已关闭", "switched off"],
};
const QUANTITIES = {
  heart_rate: ["心率", "Heart rate"], respiratory_rate: ["呼吸", "Breathing"], blood_oxygen: ["血氧", "Blood oxygen"],
  blood_pressure_systolic: ["收缩压", "Systolic pressure"], blood_pressure_diastolic: ["舒张压", "Diastolic pressure"],
  body_temperature: ["体温", "Body temperature"], blood_glucose: ["血糖", "Blood glucose"], body_weight: ["体重", "Body weight"],
};
const UNITS = { bpm: ["次/分", "per minute"], percent: ["%", "%"], degC: ["°C", "°C"], mg_per_dL: ["mg/dL", "mg/dL"] };
const PRIORITIES = { fire: ["火警类", "FIRE"], person: ["人身类", "PERSON"], property: ["财产类", "PROPERTY"] };

// Lines of a house that bear a name of their own after the point, and the word for each.
const LINES = new Map([["route", "route"], ["serial", "serial_line"], ["listener", "listener_line"]]);

let language = localStorage.getItem("anju-language") === "en" ? 1 : 0;

export const RESULT_NAMES = Object.keys(RESULTS);
export const word = (name, ...values) => fill((PAIRS[name] ?? [name, name])[language], values);
export const typeWord = (type) => TYPES[type]?.[language] ?? type;
export const typeIcon = (type) => TYPES[type]?.[2] ?? "unknown";
export const roomWord = (room) => ROOMS[room.toLowerCase().replaceAll(" ", "_")]?.[language] ?? room;
export const resultWord = (result) => RESULTS[result]?.[language] ?? result;
export const faultWord = (name) => FAULTS[name]?.[language] ?? name;
export const detailWord = (detail) =>
  detail.startsWith("reading.") ? word("impossible", quantityWord(detail.slice("reading.".length))) : DETAILS[detail]?.[language] ?? detail;
export function placeWord(name) {
  const [kind, own] = [name.split(".", 1)[0], name.slice(name.indexOf(".") + 1)];
  return kind !== name && LINES.has(kind) ? word(LINES.get(kind), own) : PLACES[name]?.[language] ?? name;
}
export const sourceWord = (source) => source && (SOURCES[source]?.[language] ?? source);
export const fallWord = (explanation) => FALLS[explanation.split(".")[1]]?.[language] ?? explanation;
export const rhythmWord = (verdict) => RHYTHMS[verdict]?.[language] ?? verdict;
export const protectionWord = (state) => PROTECTIONS[state]?.[language] ?? state;
export const fallWatchWord = (state) => FALL_WATCHES[state]?.[language] ?? state;
export const quantityWord = (name) => QUANTITIES[name]?.[language] ?? name;
export const unitWord = (unit) => (unit ? UNITS[unit]?.[language] ?? unit : "");
export const priorityWord = (priority) => PRIORITIES[priority]?.[language] ?? priority;
export const isEnglish = () => language === 1;

export function switchLanguage() {
  language = 1 - language;
  localStorage.setItem("anju-language", language ? "en" : "zh");
}

export function translateDocument() {
  document.documentElement.lang = language ? "en" : "zh-CN";
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
}

function fill(text, values) {
  return text.replace(/\{(\d)\}/g, (_, place) => String(values[place] ?? ""));
}
