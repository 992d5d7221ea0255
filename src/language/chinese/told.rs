//! Owns what is said of a run's end to those who were not there, and of those who could not be told, in Chinese.

/// English and Chinese.
pub(super) const TOLD: &[(&str, &str)] = &[
    // What a run's end means.
    ("every row is a success", "所有行都成功"),
    ("finished; some rows are not a success", "已结束；部分行未成功"),
    ("not started: usage, configuration or input error", "未开始：用法、配置或输入有误"),
    ("stopped early", "提前停止"),
    ("stopped: the journal or the results can't be written", "已停止：无法写入日志或结果"),
    ("not started: another run holds the journal or the allowance", "未开始：另一次运行占用了日志或调用额度"),
    // The card.
    ("exit code", "退出码"),
    ("{code}, {meaning}", "{code}，{meaning}"),
    ("cause", "原因"),
    ("{cause} ({code})", "{cause}（{code}）"),
    ("see the log of the run", "见该次运行的日志输出"),
    ("{all}: {counts}", "{all}：{counts}"),
    (
        "attempts {attempts}, looks {looks}, for tokens {tokens}",
        "尝试{attempts}次，查询{looks}次，获取token {tokens}次",
    ),
    ("duration", "用时"),
    ("machine", "机器"),
    // The bot.
    ("can't read the webhook in {shown}", "无法读取{shown}中的webhook"),
    ("{shown} holds no webhook: {why}", "{shown}中没有可用的webhook：{why}"),
    (
        "put the address of the custom bot on its first line, and its secret, if any, on the second",
        "请把自定义机器人的地址写在第一行，如有签名密钥则写在第二行",
    ),
    ("it has more than two lines", "它不止两行"),
    ("its first line is empty", "它的第一行是空的"),
    ("its first line is no address ({error})", "它的第一行不是网址（{error}）"),
    ("its address must not hold a name or a password", "其中的网址不能带有用户名或密码"),
    (
        "its address must begin with https:// (http:// only to this machine)",
        "其中的网址必须以https://开头（http://只能用于本机）",
    ),
    ("the bot was not told: {why}", "未能通知机器人：{why}"),
    ("interrupted", "被中断"),
    ("no answer in time", "没有及时得到回复"),
    (
        "HTTP {status} with an answer that is none of a custom bot",
        "HTTP {status}，而回复不是自定义机器人的回复",
    ),
    ("it does not understand the message", "它不理解该消息"),
    (
        "there is no bot at this address: check the first line of the file",
        "该地址没有机器人：请检查文件的第一行",
    ),
    (
        "it does not accept the signature: check the second line of the file, and the clock",
        "它不接受签名：请检查文件的第二行和本机时钟",
    ),
    ("it does not allow the IP address of this machine", "它不允许本机的IP地址"),
    (
        "it wants a keyword that the card does not have: take the word prehire for it",
        "它要求的关键词不在卡片中：请把关键词设为prehire",
    ),
    (
        "it was told too much: start the run some minutes off the hour and the half hour",
        "它收到的消息过多：请避开整点和半点，错开几分钟运行",
    ),
    // The rest.
    ("warning: {warning}", "警告：{warning}"),
    ("can't write the metrics to {path}: {error}", "无法把指标写入{path}：{error}"),
    ("interrupted before anything was sent", "在发送任何请求之前被中断"),
    (
        "standard error is a log of JSON, so nobody can be asked there",
        "标准错误是JSON日志，无法在那里询问确认",
    ),
];
