//! Owns what is said of look-ups and lists: `check --online`, the look before the question, `find`, in Chinese.

/// English and Chinese.
pub(super) const LOOKS: &[(&str, &str)] = &[
    // What was seen.
    ("name", "姓名"),
    ("stage", "阶段"),
    ("onboarding", "入职日期"),
    ("work e-mail", "工作邮箱"),
    ("not visible", "不可见"),
    ("not shown", "未显示"),
    ("stage not shown", "阶段未显示"),
    ("looked up", "已查询"),
    ("the first rows", "前几行"),
    ("{rows} rows would be refused, or are not visible", "{rows}行会被拒绝，或不可见"),
    ("row {row}: {problem}", "第{row}行：{problem}"),
    ("{lines}\n  {line}", "{lines}\n  {line}"),
    // What stands in the results.
    ("it is withdrawn already", "它已经撤销"),
    ("it is restored already", "它已经恢复"),
    ("its stage is {stage}, in which it can't be withdrawn", "当前阶段为{stage}，不能撤销"),
    ("its stage is {stage}, in which it can't be restored", "当前阶段为{stage}，不能恢复"),
    ("the app may not see the stage of this pre-hire", "应用无权查看该待入职人员的阶段"),
    ("there is no such pre-hire, or the app may not see it", "没有这个待入职人员，或应用无权查看"),
    (
        "Check the id; if it is right, an administrator must give the app the data permission (待入职人员) for it.",
        "请检查待入职ID；如果没有错，需由管理员给应用开通该人员的数据权限（待入职人员）。",
    ),
    (
        "Look the pre-hire up in Feishu, or give the app the permission to see onboarding_info.onboarding_status.",
        "请在飞书中查看该待入职人员，或给应用开通查看onboarding_info.onboarding_status的权限。",
    ),
    ("Nothing to do: take the row out of the file.", "无需处理：请从文件中删除这一行。"),
    ("Take the row out of the file: the API would refuse it.", "请从文件中删除这一行：接口会拒绝它。"),
    // The question, and the guard.
    ("Looked up just now, all {rows} rows:", "刚刚查询了全部{rows}行："),
    ("Looked up just now, the first {seen} of {rows} rows:", "刚刚查询了{rows}行中的前{seen}行："),
    ("  {problems} of them would be refused, or are not visible", "  其中{problems}行会被拒绝，或不可见"),
    ("Names and stages are not shown: {why}.", "未显示姓名和阶段：{why}。"),
    ("no answer within {seconds} s", "{seconds}秒内没有得到答复"),
    (
        "{problems} of {rows} rows are not visible, or not in a stage in which they can be withdrawn:\n  {lines}",
        "{rows}行中有{problems}行不可见，或当前阶段不能撤销：\n  {lines}",
    ),
    (
        "{problems} of {rows} rows are not visible, or not in a stage in which they can be restored:\n  {lines}",
        "{rows}行中有{problems}行不可见，或当前阶段不能恢复：\n  {lines}",
    ),
    (
        "see them all with {check} --online -o FILE, and take them out",
        "请用{check} --online -o FILE查看全部，并把它们删除",
    ),
    (
        "take them out of the file, or leave --require-online-check away",
        "请从文件中删除它们，或去掉--require-online-check",
    ),
    // How a search goes, and ends.
    ("searches", "查询"),
    ("{calls} in {duration}", "{calls}次，用时{duration}"),
    ("{words}; {waits}", "{words}；{waits}"),
    ("{done} pre-hires looked up", "已查询{done}个待入职人员"),
    ("{done}/{of} pre-hires looked up", "已查询{done}/{of}个待入职人员"),
    ("no answer{code}: asked again in {pause}", "没有得到答复{code}：{pause}后重试"),
    ("the app may not look pre-hires up", "应用没有查询待入职人员的权限"),
    ("the API refused the search", "接口拒绝了查询"),
    ("the API did not answer the search, however often it was asked", "多次查询，接口都没有答复"),
    (
        "the API says that there is another page of the search, but not where",
        "接口表示查询结果还有下一页，但没有给出位置",
    ),
    (
        "the API says that there is another page of the search, behind an empty one",
        "接口返回了空页，却表示查询结果还有下一页",
    ),
    (
        "the API leads back to a page of the search that was there before",
        "接口指回了查询结果中已经取过的一页",
    ),
    ("the API gave the same page of the search twice", "接口两次返回了查询结果的同一页"),
    ("the API gives more pages of the search than there can be", "接口返回的查询结果页数超出了可能的上限"),
    ("needs", "需要"),
    (
        "a scope such as corehr:pre_hire.search:read, and the data permission 待入职人员",
        "corehr:pre_hire.search:read之类的权限，以及待入职人员的数据权限",
    ),
    ("nothing was changed; to try again:", "没有做任何更改；如需重试："),
    // `find`.
    ("found", "已找到"),
    ("{found} pre-hires found", "找到{found}个待入职人员"),
    (
        "{found} (as many as --limit allows; there may be more)",
        "{found}（已达到--limit的上限，可能还有更多）",
    ),
    ("left out", "未列出"),
    ("{people} that are something else by now", "{people}人，他们现在已不符合条件"),
    ("{entries} entries without an id", "{entries}个没有ID的条目"),
    ("list", "名单"),
    (
        "{ids} ids end with zeros, as if a spreadsheet had rounded them. They are right here:\nto withdraw these pre-hires, too, add --trust-ids.",
        "有{ids}个ID以0结尾，像是被表格软件四舍五入过，但在这里它们是正确的：\n如需同时撤销这些待入职人员，请加上--trust-ids。",
    ),
    ("can't write standard output", "无法写入标准输出"),
    ("can't write the list to {shown}: it is CSV", "无法把名单写入{shown}：名单是CSV"),
    ("choose a name that ends with .csv", "请选择以.csv结尾的名称"),
    (
        "{shown} exists already, and is no list of prehire find",
        "{shown}已经存在，而且不是prehire find写出的名单",
    ),
    ("a search takes at most {most} departments", "一次查询最多{most}个部门"),
    ("make several lists", "请分成几个名单"),
    ("no day is from {first} on and not after {last}", "没有哪一天既不早于{first}又不晚于{last}"),
    ("check --onboarding-from and --onboarding-to", "请检查--onboarding-from和--onboarding-to"),
    ("nobody was changed before {first}", "没有人在{first}之前被更改过"),
    ("check --updated-before", "请检查--updated-before"),
    ("the value of {flag} is empty", "{flag}的值是空的"),
    ("leave {flag} away to look for everybody", "如需查找所有人，请去掉{flag}"),
];
