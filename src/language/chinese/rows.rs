//! Owns what is said of single rows: why they can't be sent, what came of them, what to do, in Chinese.

/// English and Chinese.
pub(super) const ROWS: &[(&str, &str)] = &[
    (
        "\"{value}\" in column \"{column}\" has only zeros after the 15th digit: a spreadsheet has rounded it, and it could be another person's id",
        "“{column}”列的“{value}”第15位之后全是0：表格软件已把它四舍五入，它可能是别人的待入职ID",
    ),
    (
        "\"{value}\" in column \"{column}\" is no pre-hire id: it must be 1 to 32 digits",
        "“{column}”列的“{value}”不是待入职ID：待入职ID必须是1到32位数字",
    ),
    (
        "\"{value}\" in column \"{column}\" was changed by a spreadsheet or an input method: it could be another person's id",
        "“{column}”列的“{value}”已被表格软件或输入法改写：它可能是别人的待入职ID",
    ),
    ("the cell in column \"{column}\" is empty", "“{column}”列的单元格是空的"),
    (
        "the cell in column \"{column}\" has {characters} characters; 500 are allowed",
        "“{column}”列的单元格有{characters}个字，最多允许500个字",
    ),
    ("the cell in column \"{column}\" holds a NUL byte", "“{column}”列的单元格含有NUL字节"),
    ("the file has no column with reasons", "文件里没有撤销原因列"),
    (
        "the row has {cells} cells, but the header has {width}: \"{value}\" belongs to no column",
        "该行有{cells}个单元格，而表头只有{width}个：“{value}”不属于任何一列",
    ),
    ("the same pre-hire id stands in row {first}", "第{first}行已有相同的待入职ID"),
    (
        "the same pre-hire id stands in row {first}; its reason was used, not this one",
        "第{first}行已有相同的待入职ID；采用的是那一行的原因，不是本行的",
    ),
    (
        "the results call it \"{value}\", not \"withdrawn\": {why}",
        "结果文件中它的状态是“{value}”，不是“withdrawn”：{why}",
    ),
    ("nobody knows whether this tool withdrew it", "不知道它是否由本工具撤销"),
    ("this tool did not withdraw it", "它不是由本工具撤销的"),
    (
        "{journal} does not say that this tool withdrew it; the journal of another run may (--source-journal FILE)",
        "{journal}没有记录本工具撤销过它；也许另一次运行的日志有记录（--source-journal FILE）",
    ),
    ("read back: the stage is {stage}", "查询结果：当前阶段为{stage}"),
    ("{message} (read back: the stage is {stage})", "{message}（查询结果：当前阶段为{stage}）"),
    ("the run was cut off during the call", "调用过程中运行被中断"),
    ("HTTP {status} with a body of more than 1 MiB", "HTTP {status}，响应超过1 MiB"),
    ("HTTP {status} with a body that is not JSON", "HTTP {status}，响应不是JSON"),
    ("HTTP {status} with a body that was cut off", "HTTP {status}，响应不完整"),
    ("HTTP {status} without a message", "HTTP {status}，没有说明"),
    ("HTTP {status} without what was asked for", "HTTP {status}，响应中没有所需内容"),
    ("HTTP {status}, and no word of whether it was restored", "HTTP {status}，没有说明是否已恢复"),
    ("HTTP {status}, and no word of whether it was withdrawn", "HTTP {status}，没有说明是否已撤销"),
    ("HTTP {status}: the API says that it did not restore", "HTTP {status}：接口表示没有恢复"),
    ("HTTP {status}: the API says that it did not withdraw", "HTTP {status}：接口表示没有撤销"),
    ("no connection: {cause}", "无法连接：{cause}"),
    ("no reply within the timeout", "超时，没有收到响应"),
    ("the connection was lost: {cause}", "连接中断：{cause}"),
    ("the server's certificate was refused: {cause}", "服务器证书未通过验证：{cause}"),
    (
        "Ask the administrator to give the app the permission for this pre-hire. Then run the results file again with --only refused -o NEW.csv.",
        "请管理员给应用开通对该待入职人员的权限，然后用结果文件重新运行：--only refused -o NEW.csv。",
    ),
    (
        "Ask the administrator to let the app edit work e-mail addresses, then run again with --restart.",
        "请管理员允许应用编辑工作邮箱，然后加上--restart重新运行。",
    ),
    (
        "Check the id and the reason: the API does not accept them.",
        "请检查待入职ID和撤销原因：接口不接受它们。",
    ),
    (
        "Check the id. If it is right, ask the administrator to let the app see this pre-hire. Then run the results file again with --only refused -o NEW.csv.",
        "请检查待入职ID。如果没有错，请管理员让应用可以看到该待入职人员，然后用结果文件重新运行：--only refused -o NEW.csv。",
    ),
    ("Check the id: the API does not accept it.", "请检查待入职ID：接口不接受它。"),
    (
        "Correct the pre-hire id: digits alone, as Feishu shows it.",
        "请改正待入职ID：只能是数字，与飞书中显示的一致。",
    ),
    (
        "Feishu does not accept the work e-mail: correct it there, then run again with --restart.",
        "飞书不接受该工作邮箱：请在飞书中改正，然后加上--restart重新运行。",
    ),
    (
        "Fill in a reason, or give one for all such rows with --reason TEXT.",
        "请填写撤销原因，或用--reason TEXT给所有没有原因的行一个原因。",
    ),
    ("Fill in the pre-hire id, then run again.", "请填写待入职ID，然后重新运行。"),
    (
        "Give every filled cell a column name, or put a text with commas into quotation marks.",
        "请给每个有内容的单元格一个列名，或把含有逗号的文字放进引号里。",
    ),
    (
        "Look the code up in Feishu's list of error codes, or give the log id to Feishu's support.",
        "请在飞书的错误码列表中查找该错误码，或把log id提供给飞书技术支持。",
    ),
    (
        "Look the pre-hire up in Feishu: its stage allows no restoration. It may be active or on board already.",
        "请在飞书中查看该待入职人员：当前阶段不允许恢复，可能已经恢复或已经入职。",
    ),
    (
        "Look the pre-hire up in Feishu: its stage allows no withdrawal. It may be withdrawn or on board already.",
        "请在飞书中查看该待入职人员：当前阶段不允许撤销，可能已经撤销或已经入职。",
    ),
    (
        "Look the pre-hire up in Feishu: its workflow does not allow a restoration now. It may be active already.",
        "请在飞书中查看该待入职人员：当前流程不允许恢复，可能已经恢复。",
    ),
    (
        "Look the pre-hire up in Feishu: its workflow does not allow a withdrawal now. It may be withdrawn already.",
        "请在飞书中查看该待入职人员：当前流程不允许撤销，可能已经撤销。",
    ),
    (
        "Look the pre-hire up in Feishu: nobody answered whether it was restored. If it was not, run the same command again.",
        "请在飞书中查看该待入职人员：是否已恢复没有得到答复。如果没有恢复，请再次运行同一条命令。",
    ),
    (
        "Look the pre-hire up in Feishu: nobody answered whether it was withdrawn. If it was not, run the same command again.",
        "请在飞书中查看该待入职人员：是否已撤销没有得到答复。如果没有撤销，请再次运行同一条命令。",
    ),
    (
        "Look the pre-hire up in Feishu: the API took the call but did not restore it.",
        "请在飞书中查看该待入职人员：接口接受了请求，但没有恢复。",
    ),
    (
        "Look the pre-hire up in Feishu: the API took the call but did not withdraw it.",
        "请在飞书中查看该待入职人员：接口接受了请求，但没有撤销。",
    ),
    (
        "Nothing to do: an earlier row with this id decides. Remove the repeated row.",
        "无需处理：以前面相同ID的那一行为准。请删除重复的行。",
    ),
    (
        "Nothing to undo here: only what the journal proves this tool to have withdrawn is restored. If this pre-hire is to be restored all the same, do it in Feishu.",
        "这里没有可以恢复的：只恢复日志证明由本工具撤销的人员。如果仍要恢复该待入职人员，请在飞书中操作。",
    ),
    (
        "Nothing was restored. Mend what stopped the run, then run the same command again.",
        "没有恢复。请先解决使运行停止的问题，再运行同一条命令。",
    ),
    (
        "Nothing was restored. Wait until nobody edits this pre-hire, then run the same command again.",
        "没有恢复。请等到没有人编辑该待入职人员时，再运行同一条命令。",
    ),
    (
        "Nothing was restored. Wait until the API is well again, then run the same command again.",
        "没有恢复。请等接口恢复正常后，再运行同一条命令。",
    ),
    (
        "Nothing was sent. Check the network, then run the same command again.",
        "没有发送任何请求。请检查网络，再运行同一条命令。",
    ),
    (
        "Nothing was withdrawn. Mend what stopped the run, then run the same command again.",
        "没有撤销。请先解决使运行停止的问题，再运行同一条命令。",
    ),
    (
        "Nothing was withdrawn. Wait until nobody edits this pre-hire, then run the same command again.",
        "没有撤销。请等到没有人编辑该待入职人员时，再运行同一条命令。",
    ),
    (
        "Nothing was withdrawn. Wait until the API is well again, then run the same command again.",
        "没有撤销。请等接口恢复正常后，再运行同一条命令。",
    ),
    ("Run the same command again to go on with this row.", "请再次运行同一条命令，继续处理这一行。"),
    ("Shorten the reason to 500 characters.", "请把撤销原因缩短到500个字以内。"),
    (
        "Somebody else has this work e-mail by now: change it in Feishu, then run again with --restart.",
        "该工作邮箱已被别人使用：请在飞书中更改，然后加上--restart重新运行。",
    ),
    (
        "Take the id from the original export again: format the column as Text before you paste it.",
        "请从原始导出文件重新复制ID：粘贴之前，先把该列的格式设为“文本”。",
    ),
    (
        "The head count is used up. Have it raised, or run the same command again with --confirm-workforce to exceed it.",
        "编制已用完。请先增加编制，或加上--confirm-workforce再次运行同一条命令以超编恢复。",
    ),
    (
        "Type the reason again: the cell holds a character that can't be sent.",
        "请重新输入撤销原因：单元格里有不能发送的字符。",
    ),
];
