<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>UrbanRenewal</name>
    <message>
        <source> (changed)</source>
        <translation>（已改动）</translation>
    </message>
    <message>
        <source> min</source>
        <translation> 分钟</translation>
    </message>
    <message>
        <source>({n} more)</source>
        <translation>还有 {n} 处</translation>
    </message>
    <message>
        <source>0–2 years</source>
        <translation>0–2 岁</translation>
    </message>
    <message>
        <source>1 = at a limit or nothing known, 0 = clear</source>
        <translation>1＝正在限值上或全无资料，0＝清楚</translation>
    </message>
    <message>
        <source>1 = meets every criterion of the tag, 0 = none; from which score it counts, the rules say</source>
        <translation>1＝符合该标记的全部准则，0＝都不符合；得分到多少才算见规则</translation>
    </message>
    <message>
        <source>10,000 yuan</source>
        <translation>万元</translation>
    </message>
    <message>
        <source>3–5 years</source>
        <translation>3–5 岁</translation>
    </message>
    <message>
        <source>60 and over</source>
        <translation>60 岁以上</translation>
    </message>
    <message>
        <source>&lt;b&gt;{name}&lt;/b&gt;: {people} {people?person|people}; {kind}: need {need}, served {served}. Within {minutes} min on foot {walk}, within the radius of {radius} m {line}.</source>
        <translation>&lt;b&gt;{name}&lt;/b&gt;：{people} 人；{kind}需求 {need}，已服务 {served}。步行 {minutes} 分钟内 {walk}，标准半径 {radius} m 内 {line}。</translation>
    </message>
    <message>
        <source>&lt;b&gt;{name}&lt;/b&gt;: {walk} of the need unmet on foot, {line} outside the radius; worst: {worst}.</source>
        <translation>&lt;b&gt;{name}&lt;/b&gt;：按步行缺口占需求 {walk}，标准半径外 {line}；最缺：{worst}。</translation>
    </message>
    <message>
        <source>? unknown</source>
        <translation>？未知</translation>
    </message>
    <message>
        <source>A click shows the community and the kind on the map, a double click zooms there.</source>
        <translation>单击在图上看社区和设施，双击缩放过去。</translation>
    </message>
    <message>
        <source>A complex holds at least as many kinds in a building as the standard asks for.</source>
        <translation>综合体：同一建筑内的设施类数不少于标准的要求。</translation>
    </message>
    <message>
        <source>A layer has one field at least.</source>
        <translation>一个图层至少要有一个字段。</translation>
    </message>
    <message>
        <source>A name begins with a letter A–Z; letters, figures and _ follow, ten in all at most.</source>
        <translation>名称以英文字母开头，只含字母、数字和下划线，最多十个。</translation>
    </message>
    <message>
        <source>A name begins with a letter; letters, figures and _ follow, 60 in all at most. CON, COM1 … are not allowed.</source>
        <translation>名称以文字或字母开头，只含文字、字母、数字和下划线，最多 60 个；不能是 CON、COM1 等。</translation>
    </message>
    <message>
        <source>A name leads to the choice of other rules or standards. “To be verified” are figures that nobody has compared with their source yet; the number leads to their list.</source>
        <translation>点名称可换用别的规则或标准。“待核”是还没有人对照原文核实过的数值，点数字看清单。</translation>
    </message>
    <message>
        <source>A new folder for your results</source>
        <translation>存放成果的新文件夹</translation>
    </message>
    <message>
        <source>A speed must be above 0.</source>
        <translation>速度必须大于 0。</translation>
    </message>
    <message>
        <source>A4, tables on pages of their own</source>
        <translation>A4（图与表分页）</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>加入</translation>
    </message>
    <message>
        <source>Add all {n}</source>
        <translation>全部加入（{n}）</translation>
    </message>
    <message>
        <source>Add data</source>
        <translation>添加数据</translation>
    </message>
    <message>
        <source>Add data…</source>
        <translation>添加数据…</translation>
    </message>
    <message>
        <source>Add field…</source>
        <translation>添加字段…</translation>
    </message>
    <message>
        <source>Add layer…</source>
        <translation>添加图层…</translation>
    </message>
    <message>
        <source>Add to the facilities there are: {layers}</source>
        <translation>并入已有的设施：{layers}</translation>
    </message>
    <message>
        <source>Add {file}</source>
        <translation>加入 {file}</translation>
    </message>
    <message>
        <source>After {step}</source>
        <translation>在“{step}”之后</translation>
    </message>
    <message>
        <source>Afterwards “{step}” must run again (about {time}).</source>
        <translation>应用后：“{step}”需重新运行（约 {time}）。</translation>
    </message>
    <message>
        <source>Ages of buildings and months of activity are counted back from this day.</source>
        <translation>房龄和活动数据的月份都从这一天往回算。</translation>
    </message>
    <message>
        <source>All classes</source>
        <translation>全部类别</translation>
    </message>
    <message>
        <source>All communities</source>
        <translation>全部社区</translation>
    </message>
    <message>
        <source>All communities ({n})</source>
        <translation>全部社区（{n}）</translation>
    </message>
    <message>
        <source>All facilities for children</source>
        <translation>儿童各类设施</translation>
    </message>
    <message>
        <source>All facilities for elders</source>
        <translation>老人各类设施</translation>
    </message>
    <message>
        <source>All parcels</source>
        <translation>全部宗地</translation>
    </message>
    <message>
        <source>All projects, high</source>
        <translation>全部项目，高值</translation>
    </message>
    <message>
        <source>All projects, low</source>
        <translation>全部项目，低值</translation>
    </message>
    <message>
        <source>All tagged</source>
        <translation>全部有标记的</translation>
    </message>
    <message>
        <source>All together</source>
        <translation>合计</translation>
    </message>
    <message>
        <source>All {n} layers, roles by guess</source>
        <translation>全部 {n} 个图层，自动判断用途</translation>
    </message>
    <message>
        <source>Also here: {names}</source>
        <translation>同时在看：{names}</translation>
    </message>
    <message>
        <source>Another QGIS has saved this project meanwhile. Open it again first, or one side's changes are lost.</source>
        <translation>另一个 QGIS 窗口刚保存过这个工程。请先重新打开，否则总有一边的改动会丢。</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>应用</translation>
    </message>
    <message>
        <source>Apply and count gaps again</source>
        <translation>应用并重新计算缺口</translation>
    </message>
    <message>
        <source>Apply and deliver again</source>
        <translation>应用并重新交付</translation>
    </message>
    <message>
        <source>Apply and draw zones again</source>
        <translation>应用并重新划定片区</translation>
    </message>
    <message>
        <source>Apply and list projects again</source>
        <translation>应用并重新列项目</translation>
    </message>
    <message>
        <source>Apply and prepare again</source>
        <translation>应用并重新准备</translation>
    </message>
    <message>
        <source>Apply and run again</source>
        <translation>应用并重新运行</translation>
    </message>
    <message>
        <source>Apply and tag again</source>
        <translation>应用并重新识别</translation>
    </message>
    <message>
        <source>Area (ha)</source>
        <translation>面积（公顷）</translation>
    </message>
    <message>
        <source>Area of all zones together.</source>
        <translation>全部片区的面积合计。</translation>
    </message>
    <message>
        <source>Areas as a layer</source>
        <translation>画成面图层</translation>
    </message>
    <message>
        <source>Areas: {minutes} min, {way}</source>
        <translation>可达面：{minutes} 分钟，{way}</translation>
    </message>
    <message>
        <source>As delivered</source>
        <translation>一致</translation>
    </message>
    <message>
        <source>As delivered, but out of date: {names}.</source>
        <translation>与交付时一致，但已过期：{names}。</translation>
    </message>
    <message>
        <source>As last time</source>
        <translation>同上次</translation>
    </message>
    <message>
        <source>As of</source>
        <translation>基准日</translation>
    </message>
    <message>
        <source>Author of the delivery</source>
        <translation>编制单位</translation>
    </message>
    <message>
        <source>Back to the guesses</source>
        <translation>恢复猜测</translation>
    </message>
    <message>
        <source>Base map look</source>
        <translation>统一底图样式</translation>
    </message>
    <message>
        <source>Based on</source>
        <translation>基于</translation>
    </message>
    <message>
        <source>Based on the gaps counted {at}.</source>
        <translation>依据{at} 算出的缺口。</translation>
    </message>
    <message>
        <source>Because: {reason}</source>
        <translation>因为：{reason}</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>原来</translation>
    </message>
    <message>
        <source>Before and after</source>
        <translation>选址前后</translation>
    </message>
    <message>
        <source>Build no.</source>
        <translation>次序</translation>
    </message>
    <message>
        <source>Buildings by year</source>
        <translation>各年代建筑栋数</translation>
    </message>
    <message>
        <source>Buildings on idle parcels</source>
        <translation>闲置宗地上的房屋</translation>
    </message>
    <message>
        <source>Buildings that the study looks at.</source>
        <translation>本研究的房屋数。</translation>
    </message>
    <message>
        <source>By class</source>
        <translation>按类别</translation>
    </message>
    <message>
        <source>By community</source>
        <translation>按社区</translation>
    </message>
    <message>
        <source>By community…</source>
        <translation>按社区…</translation>
    </message>
    <message>
        <source>By hand…</source>
        <translation>手工调整…</translation>
    </message>
    <message>
        <source>By name</source>
        <translation>按名称</translation>
    </message>
    <message>
        <source>By parcel id</source>
        <translation>按宗地编号</translation>
    </message>
    <message>
        <source>By the standard's radius ({m} m) it counts as covered.</source>
        <translation>按标准半径（直线 {m} m）却算“已覆盖”。</translation>
    </message>
    <message>
        <source>By the standard's radius ({m} m) it is not covered either.</source>
        <translation>按标准半径（直线 {m} m）也未覆盖。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancel the run</source>
        <translation>取消运行</translation>
    </message>
    <message>
        <source>Cancel what is running? What it has done so far is lost; the last result stays.</source>
        <translation>取消正在运行的任务吗？已做的部分会丢失，上一次的结果不变。</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>已取消。</translation>
    </message>
    <message>
        <source>Cancelled. The last result is unchanged.</source>
        <translation>已取消。上一次的结果没有改动。</translation>
    </message>
    <message>
        <source>Cancelling…</source>
        <translation>正在取消…</translation>
    </message>
    <message>
        <source>Candidate</source>
        <translation>候选建筑</translation>
    </message>
    <message>
        <source>Candidates</source>
        <translation>候选建筑</translation>
    </message>
    <message>
        <source>Cannot be read: {part}</source>
        <translation>看不懂：{part}</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>更改</translation>
    </message>
    <message>
        <source>Change field…</source>
        <translation>修改字段…</translation>
    </message>
    <message>
        <source>Change layer…</source>
        <translation>修改图层…</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>有改动</translation>
    </message>
    <message>
        <source>Changed for this project. A reason helps whoever reads it:</source>
        <translation>本项目改动。写明理由，便于他人理解：</translation>
    </message>
    <message>
        <source>Chart</source>
        <translation>图表</translation>
    </message>
    <message>
        <source>Check again</source>
        <translation>重新检查</translation>
    </message>
    <message>
        <source>Checked by</source>
        <translation>核对人</translation>
    </message>
    <message>
        <source>Checking {folder}…</source>
        <translation>正在核对 {folder}…</translation>
    </message>
    <message>
        <source>Checks: ✗ {fail} not met · ？ {unknown} to be verified · ! {advice} advice · ✓ {passed} passed</source>
        <translation>审查：✗ 未达 {fail} · ？ 待核 {unknown} · ! 提示 {advice} · ✓ 通过 {passed}</translation>
    </message>
    <message>
        <source>Child gap</source>
        <translation>儿童缺口占比</translation>
    </message>
    <message>
        <source>Children: gap</source>
        <translation>儿童缺口</translation>
    </message>
    <message>
        <source>Choose</source>
        <translation>去选择</translation>
    </message>
    <message>
        <source>Choose a field in the table first.</source>
        <translation>请先在表里选一个字段。</translation>
    </message>
    <message>
        <source>Choose a folder for the results.</source>
        <translation>请选定成果文件夹。</translation>
    </message>
    <message>
        <source>Choose a layer in the list at the left first.</source>
        <translation>请先在左边的列表里选一个图层。</translation>
    </message>
    <message>
        <source>Choose a limit to see its values.</source>
        <translation>选一个限值，看它的数值分布。</translation>
    </message>
    <message>
        <source>Choose a row to see its source and who has checked it.</source>
        <translation>选一行，看它的出处和核对人。</translation>
    </message>
    <message>
        <source>Choose at least one kind of facility to look for.</source>
        <translation>请至少选一类要安排的设施。</translation>
    </message>
    <message>
        <source>Choose sites</source>
        <translation>选址</translation>
    </message>
    <message>
        <source>Choose the delivery and a folder to work in.</source>
        <translation>请选成果和工作文件夹。</translation>
    </message>
    <message>
        <source>Chosen for another layer with these fields:</source>
        <translation>上次给字段相同的图层选的：</translation>
    </message>
    <message>
        <source>City examination</source>
        <translation>城市体检</translation>
    </message>
    <message>
        <source>City examination: {name} {n}</source>
        <translation>城市体检：{name} {n}</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Classification</source>
        <translation>密级</translation>
    </message>
    <message>
        <source>Clause</source>
        <translation>条文</translation>
    </message>
    <message>
        <source>Click a facility to see the way.</source>
        <translation>点设施名，看步行路线。</translation>
    </message>
    <message>
        <source>Click a parcel, a facility, a zone or any place on the map, or find it by name: Ctrl+K.</source>
        <translation>点一下图上的宗地、设施、片区或任意位置，也可以按名称查找：Ctrl+K。</translation>
    </message>
    <message>
        <source>Click a parcel: one outside comes into the zone, one inside goes out.</source>
        <translation>点宗地：在外的纳入片区，在内的移出。</translation>
    </message>
    <message>
        <source>Click a place on the map first.</source>
        <translation>请先点地图上的一处。</translation>
    </message>
    <message>
        <source>Click the map: why a tag, the way to a facility, how far one walks.</source>
        <translation>点图：为什么是这个标记、怎样走到设施、能走多远。</translation>
    </message>
    <message>
        <source>Click, or Alt+{n}: show everything of this step</source>
        <translation>点击或按 Alt+{n} 展开这一步</translation>
    </message>
    <message>
        <source>Click: fold to one line</source>
        <translation>点击折成一行</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Close QGIS. Run the OSGeo4W setup, choose Advanced Install and mark the packages {packages}. Or open the OSGeo4W Shell from the start menu and type: {command}</source>
        <translation>关闭 QGIS。运行 OSGeo4W 安装程序，选“高级安装”，勾选软件包 {packages}。或者从开始菜单打开 OSGeo4W Shell，输入：{command}</translation>
    </message>
    <message>
        <source>Close without saving</source>
        <translation>不保存并关闭</translation>
    </message>
    <message>
        <source>Close without saving the changes?</source>
        <translation>不保存改动就关闭吗？</translation>
    </message>
    <message>
        <source>Clusters of tagged parcels in the zones, reached on foot from the station.</source>
        <translation>片区里已标记宗地的组团，从站点步行可到。</translation>
    </message>
    <message>
        <source>Codes</source>
        <translation>代码</translation>
    </message>
    <message>
        <source>Colour (ACI)</source>
        <translation>颜色（ACI）</translation>
    </message>
    <message>
        <source>Column</source>
        <translation>列</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>输出字段</translation>
    </message>
    <message>
        <source>Communities</source>
        <translation>社区</translation>
    </message>
    <message>
        <source>Communities and facilities</source>
        <translation>社区与设施</translation>
    </message>
    <message>
        <source>Communities in which some kind is missing for somebody.</source>
        <translation>至少有一类设施缺的社区数。</translation>
    </message>
    <message>
        <source>Communities that lack most: share of the need unmet, mean of the kinds</source>
        <translation>缺口最大的社区：未满足的需求占比（各类平均）</translation>
    </message>
    <message>
        <source>Communities with a gap</source>
        <translation>有缺口的社区</translation>
    </message>
    <message>
        <source>Community</source>
        <translation>社区</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Compare with</source>
        <translation>与之比较</translation>
    </message>
    <message>
        <source>Compare with {names}</source>
        <translation>与 {names} 比较</translation>
    </message>
    <message>
        <source>Compare…</source>
        <translation>与另一套比较…</translation>
    </message>
    <message>
        <source>Content</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>Coordinate system</source>
        <translation>坐标系</translation>
    </message>
    <message>
        <source>Coordinates of communities, parcels and map do not go together: look at the systems of “{layer}”.</source>
        <translation>社区、宗地和地图的坐标对不上，请检查图层“{layer}”的坐标系。</translation>
    </message>
    <message>
        <source>Copied to your models: {names}. They can be changed there.</source>
        <translation>已复制到您的模型：{names}，可以在那里修改。</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy the cell</source>
        <translation>复制单元格</translation>
    </message>
    <message>
        <source>Copy the command</source>
        <translation>复制命令</translation>
    </message>
    <message>
        <source>Copy the models to mine</source>
        <translation>把模型复制给我</translation>
    </message>
    <message>
        <source>Copy the picture</source>
        <translation>复制图片</translation>
    </message>
    <message>
        <source>Copy the row</source>
        <translation>复制这一行</translation>
    </message>
    <message>
        <source>Copy the table</source>
        <translation>复制数据表</translation>
    </message>
    <message>
        <source>Copy this study</source>
        <translation>复制本研究</translation>
    </message>
    <message>
        <source>Correct a copy</source>
        <translation>纠正到副本</translation>
    </message>
    <message>
        <source>Counting what was left apart</source>
        <translation>正在统计未计入的宗地</translation>
    </message>
    <message>
        <source>Criteria (scored)</source>
        <translation>准则（计分）</translation>
    </message>
    <message>
        <source>Criterion</source>
        <translation>准则</translation>
    </message>
    <message>
        <source>Ctrl+Enter: where this figure comes from</source>
        <translation>Ctrl+Enter：看这个数值的出处</translation>
    </message>
    <message>
        <source>Debian, Ubuntu</source>
        <translation>Debian、Ubuntu 系统</translation>
    </message>
    <message>
        <source>Decimals</source>
        <translation>小数位</translation>
    </message>
    <message>
        <source>Decimals of coordinates</source>
        <translation>坐标小数位</translation>
    </message>
    <message>
        <source>Deliver</source>
        <translation>交付</translation>
    </message>
    <message>
        <source>Deliver again</source>
        <translation>重新交付</translation>
    </message>
    <message>
        <source>Delivery</source>
        <translation>成果</translation>
    </message>
    <message>
        <source>Demolished share</source>
        <translation>拆除占比</translation>
    </message>
    <message>
        <source>Demonstration zones</source>
        <translation>示范片区</translation>
    </message>
    <message>
        <source>Demonstration zones around stations: core, branches, petals</source>
        <translation>以轨道站点为蕊、步行道为枝、更新地块为瓣，划出示范片区</translation>
    </message>
    <message>
        <source>Demonstration zones; Report tells which limits each keeps, misses or leaves open.</source>
        <translation>示范片区数；“报告”写着每片通过、未达、待核的各条。</translation>
    </message>
    <message>
        <source>Did not finish</source>
        <translation>没有完成</translation>
    </message>
    <message>
        <source>Differs from its source. The report will say so with your reason:</source>
        <translation>与出处条文不同。报告会写明并附上理由，请填写：</translation>
    </message>
    <message>
        <source>Differs from the shipped file: {n}</source>
        <translation>改动 {n} 项</translation>
    </message>
    <message>
        <source>Discard the changes made so far?</source>
        <translation>放弃已做的改动吗？</translation>
    </message>
    <message>
        <source>Discard them</source>
        <translation>放弃改动</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Done in {time}.</source>
        <translation>完成，用时 {time}。</translation>
    </message>
    <message>
        <source>Done {when}</source>
        <translation>完成 · {when}</translation>
    </message>
    <message>
        <source>Doubt</source>
        <translation>疑问</translation>
    </message>
    <message>
        <source>Down stairs of 20 m</source>
        <translation>下 20 m 梯道</translation>
    </message>
    <message>
        <source>Drag the limit, or ←→ one step, Shift ×10</source>
        <translation>拖动限值；←→ 移一步，Shift 十步</translation>
    </message>
    <message>
        <source>Draw it in metres</source>
        <translation>改用米制</translation>
    </message>
    <message>
        <source>Drawing (dxf)</source>
        <translation>图形（dxf）</translation>
    </message>
    <message>
        <source>Draws the input layers as a quiet base map, on which results stand out. Their own styles are kept.</source>
        <translation>把输入图层画成素净的底图，突出结果；原来的样式都保留。</translation>
    </message>
    <message>
        <source>Draws the time map from every place that is clicked.</source>
        <translation>每点一处，就从那里画时间地图。</translation>
    </message>
    <message>
        <source>Edit: {what}</source>
        <translation>编辑：{what}</translation>
    </message>
    <message>
        <source>Edition</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Elder gap</source>
        <translation>老人缺口占比</translation>
    </message>
    <message>
        <source>Elders: gap</source>
        <translation>老人缺口</translation>
    </message>
    <message>
        <source>Elsewhere</source>
        <translation>其他系统</translation>
    </message>
    <message>
        <source>Encoding</source>
        <translation>编码</translation>
    </message>
    <message>
        <source>Encoding of shapefiles</source>
        <translation>SHP 编码</translation>
    </message>
    <message>
        <source>Everything is as delivered: {n} files, tables and rules compared.</source>
        <translation>全部与交付时一致：共核对 {n} 项文件、数据表和规则。</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>依据</translation>
    </message>
    <message>
        <source>Evidence by criterion</source>
        <translation>各准则的依据</translation>
    </message>
    <message>
        <source>Examination</source>
        <translation>城市体检</translation>
    </message>
    <message>
        <source>Example: the district's reserve list of 2025</source>
        <translation>例：区里 2025 年后备名单口径</translation>
    </message>
    <message>
        <source>Explore</source>
        <translation>探查</translation>
    </message>
    <message>
        <source>Exploring begins with the results of Prepare: run it first.</source>
        <translation>探查要用“准备”的结果，请先运行“准备”。</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Export table…</source>
        <translation>导出汇总表…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Facilities</source>
        <translation>设施</translation>
    </message>
    <message>
        <source>Facilities (GCJ-02)</source>
        <translation>设施（火星坐标）</translation>
    </message>
    <message>
        <source>Facilities (merged)</source>
        <translation>设施（合并）</translation>
    </message>
    <message>
        <source>Facilities are known after Gaps.</source>
        <translation>运行“缺口”后才知道设施情况。</translation>
    </message>
    <message>
        <source>Facilities from several layers</source>
        <translation>几个图层里的设施</translation>
    </message>
    <message>
        <source>Facilities: {list}</source>
        <translation>设施：{list}</translation>
    </message>
    <message>
        <source>Facility</source>
        <translation>设施</translation>
    </message>
    <message>
        <source>Facility {id}</source>
        <translation>设施 {id}</translation>
    </message>
    <message>
        <source>Fetch the wheels on another computer with “pip download {names}” for the same Python version, bring the files here and install them with “pip install --no-index --find-links FOLDER {names}”.</source>
        <translation>在另一台电脑上用同一 Python 版本执行“pip download {names}”，把文件带过来，再用“pip install --no-index --find-links 文件夹 {names}”安装。</translation>
    </message>
    <message>
        <source>Fewer inputs</source>
        <translation>收起其余输入</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>字段</translation>
    </message>
    <message>
        <source>Field of the layer</source>
        <translation>图层的字段</translation>
    </message>
    <message>
        <source>Fields</source>
        <translation>字段</translation>
    </message>
    <message>
        <source>Fields of {layer}</source>
        <translation>{layer} 的字段</translation>
    </message>
    <message>
        <source>Fields of “{layer}” ({role})</source>
        <translation>“{layer}”的字段（{role}）</translation>
    </message>
    <message>
        <source>Fields you chose: {fields}.</source>
        <translation>您选定的字段：{fields}。</translation>
    </message>
    <message>
        <source>Fields, rules, standards, reviews and locks are set as they were. The delivery is only read. Inputs are found by name: in this project, then in the folder of inputs.</source>
        <translation>字段、规则、标准、复核和锁定都按原来的设好。成果只读，不改动。输入按名称找：先在本工程里，再在输入文件夹里。</translation>
    </message>
    <message>
        <source>Figure</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>Figures of the rules and standards</source>
        <translation>规则与标准里的数值</translation>
    </message>
    <message>
        <source>Figures of the zone</source>
        <translation>片区指标</translation>
    </message>
    <message>
        <source>Files of the delivery.</source>
        <translation>成果文件数。</translation>
    </message>
    <message>
        <source>File…</source>
        <translation>文件…</translation>
    </message>
    <message>
        <source>Fill in</source>
        <translation>去填写</translation>
    </message>
    <message>
        <source>Filled with</source>
        <translation>取值方式</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>过滤条件</translation>
    </message>
    <message>
        <source>Find a parcel</source>
        <translation>找宗地</translation>
    </message>
    <message>
        <source>Find a parcel  Ctrl+F</source>
        <translation>找宗地  Ctrl+F</translation>
    </message>
    <message>
        <source>Find sites…</source>
        <translation>选址补缺…</translation>
    </message>
    <message>
        <source>Finding</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>Findings are known after Zones.</source>
        <translation>“片区”运行后才有审查结果。</translation>
    </message>
    <message>
        <source>Findings of the input check; mend errors first. Report tells what to do.</source>
        <translation>输入检查发现的问题；先改错误。“报告”写着每一条怎么办。</translation>
    </message>
    <message>
        <source>First rows</source>
        <translation>前几行</translation>
    </message>
    <message>
        <source>Floor area (10,000 m²)</source>
        <translation>建筑面积（万 m²）</translation>
    </message>
    <message>
        <source>Floor area (m²)</source>
        <translation>建筑面积（m²）</translation>
    </message>
    <message>
        <source>Floors</source>
        <translation>楼层要求</translation>
    </message>
    <message>
        <source>Fold or unfold: {what}</source>
        <translation>折叠或展开：{what}</translation>
    </message>
    <message>
        <source>Folder for the results</source>
        <translation>成果文件夹</translation>
    </message>
    <message>
        <source>Folder for the sample</source>
        <translation>示例数据文件夹</translation>
    </message>
    <message>
        <source>Folder of the delivery</source>
        <translation>成果文件夹</translation>
    </message>
    <message>
        <source>Folder of the inputs (optional)</source>
        <translation>输入数据所在的文件夹（可不填）</translation>
    </message>
    <message>
        <source>Folder that holds manifest.json</source>
        <translation>含有 manifest.json 的文件夹</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Forget the study “{name}”? Its files stay.</source>
        <translation>把研究“{name}”从工程里移除吗？文件会保留。</translation>
    </message>
    <message>
        <source>Forget this study…</source>
        <translation>移除本研究…</translation>
    </message>
    <message>
        <source>Form</source>
        <translation>形式</translation>
    </message>
    <message>
        <source>Formats</source>
        <translation>成果格式</translation>
    </message>
    <message>
        <source>Found by its name only: rename the field, or give it one of these names as an alias.</source>
        <translation>只按名称识别：请改字段名，或把其中一个名称设为字段别名。</translation>
    </message>
    <message>
        <source>Found by its name. If it means something else, choose the field that means this; if there is none, rename it in the layer.</source>
        <translation>按名称找到。如果它另有含义，请选择真正表示这一项的字段；没有这样的字段时，请在图层里给它改名。</translation>
    </message>
    <message>
        <source>From</source>
        <translation>现在</translation>
    </message>
    <message>
        <source>From the last count of gaps: distances and minutes are those walked then. Who is served and what is missing is counted anew when Gaps runs.</source>
        <translation>依据上次缺口结果中的距离和步行时间。已服务和缺口在“缺口”重新运行后重新计算。</translation>
    </message>
    <message>
        <source>From the middle of the parcel; the table above is the mean over its houses.</source>
        <translation>从宗地中部算起；上表是各栋房屋的平均。</translation>
    </message>
    <message>
        <source>From the place that was clicked.</source>
        <translation>从点击的位置算起。</translation>
    </message>
    <message>
        <source>From “{step}” on</source>
        <translation>从“{step}”往后全部运行</translation>
    </message>
    <message>
        <source>Gap share</source>
        <translation>缺口占比</translation>
    </message>
    <message>
        <source>Gaps</source>
        <translation>缺口</translation>
    </message>
    <message>
        <source>Gaps by community</source>
        <translation>各社区缺口</translation>
    </message>
    <message>
        <source>Gaps by community need a layer of communities and a run of Gaps.</source>
        <translation>需要社区图层，并先运行“缺口”。</translation>
    </message>
    <message>
        <source>Gaps did not count it: not in use, or of no kind that is counted.</source>
        <translation>“缺口”未计入该设施：不在用，或不属于计算的类型。</translation>
    </message>
    <message>
        <source>Gaps: communities and facilities</source>
        <translation>缺口一览：社区 × 设施</translation>
    </message>
    <message>
        <source>GeoPackage, project, tables, maps and report in one folder</source>
        <translation>GeoPackage、工程、表格、图件和报告，放在一个文件夹里</translation>
    </message>
    <message>
        <source>Give a layer of buildings or of candidates.</source>
        <translation>请给出房屋建筑图层，或候选建筑图层。</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续运行</translation>
    </message>
    <message>
        <source>Go on editing</source>
        <translation>继续编辑</translation>
    </message>
    <message>
        <source>Go on with it</source>
        <translation>接着做</translation>
    </message>
    <message>
        <source>Go there</source>
        <translation>去处理</translation>
    </message>
    <message>
        <source>Ground</source>
        <translation>底图</translation>
    </message>
    <message>
        <source>Guessed from the name, the fields and the geometry: {share} sure.</source>
        <translation>按图层名、字段和几何类型猜测，把握 {share}。</translation>
    </message>
    <message>
        <source>Height (m)</source>
        <translation>高程（m）</translation>
    </message>
    <message>
        <source>Heights are drawn {n} times too high.</source>
        <translation>竖向放大 {n} 倍。</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>Help F1</source>
        <translation>帮助 F1</translation>
    </message>
    <message>
        <source>How</source>
        <translation>查看安装办法</translation>
    </message>
    <message>
        <source>How found</source>
        <translation>怎样识别</translation>
    </message>
    <message>
        <source>How is it counted?</source>
        <translation>怎样算的？</translation>
    </message>
    <message>
        <source>How many buildings may be used at most; one may hold several kinds.</source>
        <translation>最多选用几处建筑；一处可放几类。</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>导入…</translation>
    </message>
    <message>
        <source>In a terminal, with the Python that QGIS uses: {command}</source>
        <translation>在终端里，用 QGIS 所用的 Python：{command}</translation>
    </message>
    <message>
        <source>In a terminal: {command}</source>
        <translation>在终端里输入：{command}</translation>
    </message>
    <message>
        <source>In no community</source>
        <translation>未划入社区</translation>
    </message>
    <message>
        <source>In the Terminal: {command}</source>
        <translation>在“终端”里输入：{command}</translation>
    </message>
    <message>
        <source>In which order to build: each time the room that serves the largest share of all that its kind needs.</source>
        <translation>建设次序：每一步都选新增服务占该类总需求比例最大的一处。</translation>
    </message>
    <message>
        <source>In {system} (web maps): use a corrected copy</source>
        <translation>是 {system} 坐标（网络地图）：用纠正后的副本</translation>
    </message>
    <message>
        <source>Indicator</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>Indicators are being measured in the background…</source>
        <translation>正在后台量算指标…</translation>
    </message>
    <message>
        <source>Indicators are being read…</source>
        <translation>正在读取指标…</translation>
    </message>
    <message>
        <source>Input check</source>
        <translation>数据检查</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Inputs: {n} of {of} needed ones</source>
        <translation>输入数据：必需 {of} 项已有 {n} 项</translation>
    </message>
    <message>
        <source>It is added as a table: its rows are joined to the other layers by their ids.</source>
        <translation>按表格加入：各行按编号与其他图层对应。</translation>
    </message>
    <message>
        <source>It is in degrees: the map will be drawn in metres ({system}), the data stay as they are.</source>
        <translation>数据是经纬度：地图将以米制（{system}）显示，数据本身不变。</translation>
    </message>
    <message>
        <source>It is the first field.</source>
        <translation>已经是第一个字段。</translation>
    </message>
    <message>
        <source>It is the last field.</source>
        <translation>已经是最后一个字段。</translation>
    </message>
    <message>
        <source>It stopped and did not say why.</source>
        <translation>运行中断，没有说明原因。</translation>
    </message>
    <message>
        <source>Its name says {system}: without correction it lies some 500 m off.</source>
        <translation>名称里写着 {system}：不纠正会偏约 500 m。</translation>
    </message>
    <message>
        <source>Its places lie about {n} m off houses and streets, like GCJ-02. Correct a copy?</source>
        <translation>点位整体偏离房屋和道路约 {n} m，像是 GCJ-02 坐标。要纠正到副本吗？</translation>
    </message>
    <message>
        <source>Judged from top to bottom; of equal scores the upper class wins. Drag, or Alt+↑ ↓.</source>
        <translation>判定自上而下，得分相同取靠前者。拖动或按 Alt+↑ ↓ 改顺序。</translation>
    </message>
    <message>
        <source>Just now: {what}</source>
        <translation>刚才：{what}</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Keep as a layer</source>
        <translation>保留为图层</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Kind of facility</source>
        <translation>设施类别</translation>
    </message>
    <message>
        <source>Kinds of facility that were counted.</source>
        <translation>计算了的设施种类数。</translation>
    </message>
    <message>
        <source>Kinds that do not serve everybody within the walking time. By community tells where.</source>
        <translation>步行时间内有人没有服务到的设施种类数。“按社区”看在哪里。</translation>
    </message>
    <message>
        <source>Known at least</source>
        <translation>至少已知</translation>
    </message>
    <message>
        <source>Known names: {names}</source>
        <translation>认得的名称：{names}</translation>
    </message>
    <message>
        <source>Land-use scheme</source>
        <translation>用地分类</translation>
    </message>
    <message>
        <source>Largest first</source>
        <translation>面积最大在前</translation>
    </message>
    <message>
        <source>Largest gap first</source>
        <translation>缺口大在前</translation>
    </message>
    <message>
        <source>Largest gap: {kind}, {share} of the need.</source>
        <translation>最缺：{kind}，缺口占需求 {share}。</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>Layer of the template</source>
        <translation>模板的图层</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>Layers of the drawing</source>
        <translation>图形图层</translation>
    </message>
    <message>
        <source>Layers that the template does not name</source>
        <translation>模板没有列出的图层</translation>
    </message>
    <message>
        <source>Layers, lists in Excel, a GeoPackage; files can also be dropped on this panel.</source>
        <translation>图层、Excel 名单、GeoPackage；也可以把文件拖到这个面板上。</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>长度</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>限值</translation>
    </message>
    <message>
        <source>Limit: {limit}</source>
        <translation>限值：{limit}</translation>
    </message>
    <message>
        <source>Limits of indicators</source>
        <translation>指标限值</translation>
    </message>
    <message>
        <source>Lists in an archive are not opened: unpack and drop {names}.</source>
        <translation>压缩包里的名单没有打开：请解压后拖入 {names}。</translation>
    </message>
    <message>
        <source>Live preview</source>
        <translation>实时预览</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>记录</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>重新查找</translation>
    </message>
    <message>
        <source>Look at the figures, change them, try what that does</source>
        <translation>查看、修改数值，并试算影响</translation>
    </message>
    <message>
        <source>Looking for the way…</source>
        <translation>正在查找路线…</translation>
    </message>
    <message>
        <source>Looking it up…</source>
        <translation>正在查询…</translation>
    </message>
    <message>
        <source>Low and high value</source>
        <translation>低值和高值</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>MB</translation>
    </message>
    <message>
        <source>Made from</source>
        <translation>取自</translation>
    </message>
    <message>
        <source>Make the delivery</source>
        <translation>生成交付成果</translation>
    </message>
    <message>
        <source>Makes a small town of sample data in a folder you choose and opens it.</source>
        <translation>在选定的文件夹里生成一座小城的示例数据并打开。</translation>
    </message>
    <message>
        <source>Meaning</source>
        <translation>含义</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>Measure indicators</source>
        <translation>量算指标</translation>
    </message>
    <message>
        <source>Meets the criteria from</source>
        <translation>符合条件</translation>
    </message>
    <message>
        <source>Met, at least</source>
        <translation>符合程度下限</translation>
    </message>
    <message>
        <source>Met, at most</source>
        <translation>符合程度上限</translation>
    </message>
    <message>
        <source>Metres walked</source>
        <translation>步行距离（m）</translation>
    </message>
    <message>
        <source>Minutes</source>
        <translation>分钟</translation>
    </message>
    <message>
        <source>Missing</source>
        <translation>缺口</translation>
    </message>
    <message>
        <source>Missing: {names}. {command}</source>
        <translation>缺少 {names}。安装办法：{command}</translation>
    </message>
    <message>
        <source>More inputs ({n} of {of})</source>
        <translation>其余输入（{of} 项中找到 {n} 项）</translation>
    </message>
    <message>
        <source>Most doubtful first</source>
        <translation>疑问最大在前</translation>
    </message>
    <message>
        <source>Most people first</source>
        <translation>人数多在前</translation>
    </message>
    <message>
        <source>Most rows have no coordinates that can be used in {columns}: it is added as a table without places. Look for columns that are empty, cut or swapped.</source>
        <translation>“{columns}”列里多数行没有能用的坐标，按无位置的表格加入。请检查是否有空格、截断或经纬度颠倒。</translation>
    </message>
    <message>
        <source>Most sites</source>
        <translation>最多几处</translation>
    </message>
    <message>
        <source>Move the field down</source>
        <translation>字段下移</translation>
    </message>
    <message>
        <source>Move the field up</source>
        <translation>字段上移</translation>
    </message>
    <message>
        <source>Must all hold</source>
        <translation>必要条件（须全部满足）</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Name of layer and file</source>
        <translation>图层名与文件名</translation>
    </message>
    <message>
        <source>Name of the study</source>
        <translation>研究名称</translation>
    </message>
    <message>
        <source>Nearest facility</source>
        <translation>最近的设施</translation>
    </message>
    <message>
        <source>Nearest station</source>
        <translation>最近的站点</translation>
    </message>
    <message>
        <source>Need</source>
        <translation>需求</translation>
    </message>
    <message>
        <source>Need of all parcels</source>
        <translation>全部宗地的需求</translation>
    </message>
    <message>
        <source>Needed. Choose {wanted}.</source>
        <translation>必需。请选{wanted}。</translation>
    </message>
    <message>
        <source>New field</source>
        <translation>新字段</translation>
    </message>
    <message>
        <source>New layer</source>
        <translation>新图层</translation>
    </message>
    <message>
        <source>New study</source>
        <translation>新建研究</translation>
    </message>
    <message>
        <source>No</source>
        <translation>否</translation>
    </message>
    <message>
        <source>No author given: a blank line on the drawings.</source>
        <translation>未填编制单位，图签上留白。</translation>
    </message>
    <message>
        <source>No building can hold what is missing. Confirm idle factories or buildings in the review, or give a layer of candidates.</source>
        <translation>没有可用的建筑。请在复核中认定闲置厂房或闲置楼宇，或给出候选建筑图层。</translation>
    </message>
    <message>
        <source>No choice of as many buildings serves more.</source>
        <translation>已是最优：选同样多的建筑，不能服务更多。</translation>
    </message>
    <message>
        <source>No columns of coordinates: it is added as a table without places.</source>
        <translation>没有坐标列：按无位置的表格加入。</translation>
    </message>
    <message>
        <source>No communities</source>
        <translation>没有社区图层</translation>
    </message>
    <message>
        <source>No community has “{words}” in its name.</source>
        <translation>没有名称中含“{words}”的社区。</translation>
    </message>
    <message>
        <source>No data yet. Drop a parcel layer here, or try the sample first.</source>
        <translation>还没有数据。把宗地图层拖到这里，或先用示例试一遍。</translation>
    </message>
    <message>
        <source>No gaps have been counted for this kind of facility yet.</source>
        <translation>这类设施还没有计算过缺口。</translation>
    </message>
    <message>
        <source>No layer for “{role}”. Choose {wanted}.</source>
        <translation>没有找到“{role}”。请选{wanted}。</translation>
    </message>
    <message>
        <source>No map before Tag has run.</source>
        <translation>“识别”运行后才有地图。</translation>
    </message>
    <message>
        <source>No number differs.</source>
        <translation>数值全部相同。</translation>
    </message>
    <message>
        <source>No parcel has “{words}” in its name or id.</source>
        <translation>没有名称或编号含“{words}”的宗地。</translation>
    </message>
    <message>
        <source>No parcel here. A time map can start from this point.</source>
        <translation>这里没有宗地。可以从这一点生成时间地图。</translation>
    </message>
    <message>
        <source>No parcel would change. Drag the limit above, or type another number.</source>
        <translation>没有宗地会变。拖动上面的限值，或改一个数值试试。</translation>
    </message>
    <message>
        <source>No projects have been listed yet.</source>
        <translation>还没有项目清单。</translation>
    </message>
    <message>
        <source>No site proposed: no candidate would serve more need, or what is missing is too far to walk to.</source>
        <translation>没有选出建筑：候选建筑都不能多服务需求，或离缺口太远、步行走不到。</translation>
    </message>
    <message>
        <source>No sites chosen yet. They need buildings and counted gaps.</source>
        <translation>还没有选址。需要房屋建筑图层和算好的缺口。</translation>
    </message>
    <message>
        <source>No station met the rules for zones; the log says for each what it lacked.</source>
        <translation>没有站点满足片区规则，各站差多少见记录。</translation>
    </message>
    <message>
        <source>No street within 100 m of this point.</source>
        <translation>这一点 100 m 以内没有道路。</translation>
    </message>
    <message>
        <source>No zones have been drawn yet.</source>
        <translation>还没有划定片区。</translation>
    </message>
    <message>
        <source>Nobody here needs any of the facilities that are counted.</source>
        <translation>这里没有人需要所计的各类设施。</translation>
    </message>
    <message>
        <source>Nobody in this community lacks it, or no way leads there.</source>
        <translation>这个社区不缺，或没有走得到的路。</translation>
    </message>
    <message>
        <source>None chosen</source>
        <translation>未选</translation>
    </message>
    <message>
        <source>None of the candidates of the layer would serve more need: they lie too far to walk, or nothing is missing around them. Choose other kinds or another layer.</source>
        <translation>候选图层里的建筑都不能多服务需求：步行走不到，或周边没有缺口。请换设施类别或换图层。</translation>
    </message>
    <message>
        <source>None of them</source>
        <translation>都不是</translation>
    </message>
    <message>
        <source>Not counted</source>
        <translation>未计入宗地</translation>
    </message>
    <message>
        <source>Not counted in full: {what}</source>
        <translation>未完整计入：{what}</translation>
    </message>
    <message>
        <source>Not known: the layers of this study do not say it. A delivery made in one go keeps no people on parcels; run the steps one by one to have them.</source>
        <translation>不知道：本研究的图层里没有这一项。一次性“全部运行”得到的交付成果不保留宗地上的人口；逐步运行各步骤后就有了。</translation>
    </message>
    <message>
        <source>Not ready</source>
        <translation>尚不能运行</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>Nothing can be written into the folder {folder}: {reason}. Choose another folder.</source>
        <translation>文件夹 {folder} 无法写入：{reason}。请换一个文件夹。</translation>
    </message>
    <message>
        <source>Nothing else was said.</source>
        <translation>没有其他记录。</translation>
    </message>
    <message>
        <source>Nothing has been changed.</source>
        <translation>还没有改动。</translation>
    </message>
    <message>
        <source>Nothing is counted in advance here.</source>
        <translation>这一页没有可预先计算的数。</translation>
    </message>
    <message>
        <source>Nothing is made there before something runs.</source>
        <translation>运行之前，这里不会生成任何东西。</translation>
    </message>
    <message>
        <source>Nothing left to review among {n} {n?parcel|parcels}.</source>
        <translation>没有需要复核的宗地（共 {n} 宗）。</translation>
    </message>
    <message>
        <source>Nothing left to review in this choice.</source>
        <translation>当前筛选中没有需要复核的宗地。</translation>
    </message>
    <message>
        <source>Nothing to undo.</source>
        <translation>没有可撤销的。</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>现在</translation>
    </message>
    <message>
        <source>OK</source>
        <translation>确定</translation>
    </message>
    <message>
        <source>On foot</source>
        <translation>步行可达</translation>
    </message>
    <message>
        <source>On the day</source>
        <translation>核对日期</translation>
    </message>
    <message>
        <source>One row as it would be written:</source>
        <translation>写出的一行示例：</translation>
    </message>
    <message>
        <source>Only add it to the map</source>
        <translation>只加到地图</translation>
    </message>
    <message>
        <source>Only rows with</source>
        <translation>只取这些行</translation>
    </message>
    <message>
        <source>Only those to be verified</source>
        <translation>只看待核的</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Open in its own program</source>
        <translation>用默认程序打开</translation>
    </message>
    <message>
        <source>Open in the editor</source>
        <translation>在编辑器中打开</translation>
    </message>
    <message>
        <source>Open report</source>
        <translation>打开报告</translation>
    </message>
    <message>
        <source>Open sample…</source>
        <translation>打开示例…</translation>
    </message>
    <message>
        <source>Open table</source>
        <translation>打开表</translation>
    </message>
    <message>
        <source>Optional: {wanted}.</source>
        <translation>可选：{wanted}。</translation>
    </message>
    <message>
        <source>Optional; Enter in/out, Ctrl+Enter agrees</source>
        <translation>选填；Enter 进出，Ctrl+Enter 同意规则</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>排序</translation>
    </message>
    <message>
        <source>Other Linux</source>
        <translation>其他 Linux</translation>
    </message>
    <message>
        <source>Other layers</source>
        <translation>其他图层</translation>
    </message>
    <message>
        <source>Out of date</source>
        <translation>已过期</translation>
    </message>
    <message>
        <source>Outside the radius</source>
        <translation>半径外</translation>
    </message>
    <message>
        <source>Own styles again</source>
        <translation>恢复原来的样式</translation>
    </message>
    <message>
        <source>Paper of the map sheets</source>
        <translation>图册图幅</translation>
    </message>
    <message>
        <source>Parcel</source>
        <translation>宗地</translation>
    </message>
    <message>
        <source>Parcel id</source>
        <translation>宗地编号</translation>
    </message>
    <message>
        <source>Parcel {id}</source>
        <translation>宗地 {id}</translation>
    </message>
    <message>
        <source>Parcels</source>
        <translation>宗地</translation>
    </message>
    <message>
        <source>Parcels between the limits, or with too little known to be sure. The review decides.</source>
        <translation>得分在两个限值之间，或资料不足以判定的宗地，由复核定。</translation>
    </message>
    <message>
        <source>Parcels by tag; below: by their score as {tag}, pale = suspected</source>
        <translation>各类标记的宗地数；下图：按“{tag}”得分，浅色为疑似</translation>
    </message>
    <message>
        <source>Parcels that meet no street</source>
        <translation>离道路过远的宗地</translation>
    </message>
    <message>
        <source>Parcels that the study looks at.</source>
        <translation>本研究的宗地数。</translation>
    </message>
    <message>
        <source>Parcels that would change</source>
        <translation>会变的宗地</translation>
    </message>
    <message>
        <source>Parcels to review</source>
        <translation>待复核的宗地</translation>
    </message>
    <message>
        <source>Parcels to show</source>
        <translation>显示哪些宗地</translation>
    </message>
    <message>
        <source>Parcels with this tag, meeting the criteria or suspected, without those done or under way. Review and Explore tell why.</source>
        <translation>有此标记的宗地，符合条件的与疑似的合计，不含已改造、在改和征收的。复核和探查会说明为什么。</translation>
    </message>
    <message>
        <source>Part of a name</source>
        <translation>名称中的字</translation>
    </message>
    <message>
        <source>Part of a name or id, Enter; Enter again goes to the next one.</source>
        <translation>输入名称或编号的一部分，按 Enter；再按到下一宗。</translation>
    </message>
    <message>
        <source>Paste cells from here down</source>
        <translation>从这里往下粘贴</translation>
    </message>
    <message>
        <source>People</source>
        <translation>人口</translation>
    </message>
    <message>
        <source>People are known after Gaps.</source>
        <translation>算过“缺口”后才有人口。</translation>
    </message>
    <message>
        <source>People are still being read.</source>
        <translation>人口还在读取。</translation>
    </message>
    <message>
        <source>People of this kind in all</source>
        <translation>这类人口合计</translation>
    </message>
    <message>
        <source>People on parcels, the walking network with slopes</source>
        <translation>人口落到宗地，建立带坡度的步行路网</translation>
    </message>
    <message>
        <source>People within the minutes on foot</source>
        <translation>步行时限内人口</translation>
    </message>
    <message>
        <source>People within the radius</source>
        <translation>服务半径内人口</translation>
    </message>
    <message>
        <source>Petals of the zones by tag, in hectares</source>
        <translation>各片区的瓣（按标记，公顷）</translation>
    </message>
    <message>
        <source>Photo or document (G)</source>
        <translation>照片或文件（G）</translation>
    </message>
    <message>
        <source>Photos ({n})  G</source>
        <translation>照片（{n}）  G</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Places by the names in “{column}”, where a name stands once in the list and once in “{layer}”.</source>
        <translation>按“{column}”中的名称取位置：名称须在名单和“{layer}”中各只出现一次。</translation>
    </message>
    <message>
        <source>Places compared</source>
        <translation>地点比较</translation>
    </message>
    <message>
        <source>Places from {columns}.</source>
        <translation>位置取自“{columns}”列。</translation>
    </message>
    <message>
        <source>Prepare</source>
        <translation>准备</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>Preview of rules</source>
        <translation>规则预览</translation>
    </message>
    <message>
        <source>Profile of the way</source>
        <translation>路线剖面</translation>
    </message>
    <message>
        <source>Proposed sites</source>
        <translation>建议选址</translation>
    </message>
    <message>
        <source>Proved to be within {share} of the best.</source>
        <translation>已证明：离最优不超过 {share}。</translation>
    </message>
    <message>
        <source>Put together</source>
        <translation>合成一层</translation>
    </message>
    <message>
        <source>R2004, code page 936 (AutoCAD, CASS, QGIS)</source>
        <translation>R2004，代码页 936（AutoCAD、CASS、QGIS）</translation>
    </message>
    <message>
        <source>R2007, UTF-8</source>
        <translation>R2007，UTF-8</translation>
    </message>
    <message>
        <source>Reached on foot</source>
        <translation>步行可达</translation>
    </message>
    <message>
        <source>Reading the facilities</source>
        <translation>正在读取设施</translation>
    </message>
    <message>
        <source>Reading the parcels to review</source>
        <translation>正在读取待复核宗地</translation>
    </message>
    <message>
        <source>Reading the walk network</source>
        <translation>读取步行路网</translation>
    </message>
    <message>
        <source>Reading the zones and their parcels</source>
        <translation>读取片区和宗地</translation>
    </message>
    <message>
        <source>Reading the zones and their parcels…</source>
        <translation>正在读取片区和宗地…</translation>
    </message>
    <message>
        <source>Reading who lives where</source>
        <translation>正在读取人口与设施</translation>
    </message>
    <message>
        <source>Reading {file}</source>
        <translation>正在读取 {file}</translation>
    </message>
    <message>
        <source>Reading {file}…</source>
        <translation>正在读取 {file}…</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>可以运行</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>理由</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Remove field</source>
        <translation>删除字段</translation>
    </message>
    <message>
        <source>Remove layer</source>
        <translation>删除图层</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Residents of all zones together.</source>
        <translation>全部片区的居住人口合计。</translation>
    </message>
    <message>
        <source>Restore shipped values</source>
        <translation>恢复出厂值</translation>
    </message>
    <message>
        <source>Restore the shipped value</source>
        <translation>恢复这一项的出厂值</translation>
    </message>
    <message>
        <source>Result files were moved or deleted. If the folder was moved, choose where it is now.</source>
        <translation>成果文件被移走或删除了。如果是文件夹移动了，请选择它现在的位置。</translation>
    </message>
    <message>
        <source>Results: {name}</source>
        <translation>成果：{name}</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>复核</translation>
    </message>
    <message>
        <source>Review this parcel</source>
        <translation>复核这宗</translation>
    </message>
    <message>
        <source>Review {n}…</source>
        <translation>复核 {n} 宗…</translation>
    </message>
    <message>
        <source>Reviewed {n} of {of}</source>
        <translation>已复核 {n} / {of}</translation>
    </message>
    <message>
        <source>Reviewer</source>
        <translation>复核人</translation>
    </message>
    <message>
        <source>Reviewer's name</source>
        <translation>复核人姓名</translation>
    </message>
    <message>
        <source>Review…</source>
        <translation>复核…</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>用作</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>行数</translation>
    </message>
    <message>
        <source>Rows that are written</source>
        <translation>写出的行数</translation>
    </message>
    <message>
        <source>Rule</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>Rule changed its mind</source>
        <translation>规则改判的</translation>
    </message>
    <message>
        <source>Rule changed its mind first</source>
        <translation>规则改判的在前</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>Rules and standards</source>
        <translation>规则与标准</translation>
    </message>
    <message>
        <source>Rules for tags</source>
        <translation>识别规则</translation>
    </message>
    <message>
        <source>Rules for zones</source>
        <translation>片区规则</translation>
    </message>
    <message>
        <source>Rules, standards and the day of the study</source>
        <translation>规则、标准与研究基准日</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Run again</source>
        <translation>重新运行</translation>
    </message>
    <message>
        <source>Run all</source>
        <translation>全部运行</translation>
    </message>
    <message>
        <source>Run it</source>
        <translation>先运行</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>正在运行</translation>
    </message>
    <message>
        <source>Sample data</source>
        <translation>示例数据</translation>
    </message>
    <message>
        <source>Sample study</source>
        <translation>示例研究</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Save as</source>
        <translation>另存为</translation>
    </message>
    <message>
        <source>Save as locks</source>
        <translation>保存为锁定</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>Save only</source>
        <translation>只保存</translation>
    </message>
    <message>
        <source>Save rules only</source>
        <translation>只存规则</translation>
    </message>
    <message>
        <source>Save the picture…</source>
        <translation>另存图片…</translation>
    </message>
    <message>
        <source>Save them to another file…</source>
        <translation>另存到其他文件…</translation>
    </message>
    <message>
        <source>Saved for another study of the project, “{name}”: show that one, then run “{step}”.</source>
        <translation>已为工程里的另一项研究“{name}”保存：请切换到那项研究，再运行“{step}”。</translation>
    </message>
    <message>
        <source>Saved in {file}</source>
        <translation>已存 {file}</translation>
    </message>
    <message>
        <source>Saved. “{step}” cannot run yet; its card says why.</source>
        <translation>已保存。“{step}”现在还不能运行，原因见它的卡片。</translation>
    </message>
    <message>
        <source>Saved; it holds from the next delineation.</source>
        <translation>已保存，重新划定时生效。</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>得分</translation>
    </message>
    <message>
        <source>Score of {tag}, parcels it can be about</source>
        <translation>{tag}得分（可能属于此类的宗地）</translation>
    </message>
    <message>
        <source>Score: {score}</source>
        <translation>得分：{score}</translation>
    </message>
    <message>
        <source>Sections of the file</source>
        <translation>文件各部分</translation>
    </message>
    <message>
        <source>See the way</source>
        <translation>看步行路线</translation>
    </message>
    <message>
        <source>See the way from where most is missing</source>
        <translation>看缺口最大处的步行路线</translation>
    </message>
    <message>
        <source>Served</source>
        <translation>已服务</translation>
    </message>
    <message>
        <source>Served after</source>
        <translation>选址后已服务</translation>
    </message>
    <message>
        <source>Served before</source>
        <translation>选址前已服务</translation>
    </message>
    <message>
        <source>Served more</source>
        <translation>新增服务</translation>
    </message>
    <message>
        <source>Set it</source>
        <translation>去设定</translation>
    </message>
    <message>
        <source>Several layers…</source>
        <translation>几个图层…</translation>
    </message>
    <message>
        <source>Share of the walking network that hangs together; places on the rest cannot be reached.</source>
        <translation>步行路网中连成一片的长度占比；其余部分上的地点走不到。</translation>
    </message>
    <message>
        <source>Shipped value: {value}</source>
        <translation>出厂值：{value}</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>看全部</translation>
    </message>
    <message>
        <source>Show list</source>
        <translation>看名单</translation>
    </message>
    <message>
        <source>Show log</source>
        <translation>看记录</translation>
    </message>
    <message>
        <source>Show old result</source>
        <translation>看旧结果</translation>
    </message>
    <message>
        <source>Show on map</source>
        <translation>在图上看</translation>
    </message>
    <message>
        <source>Sites</source>
        <translation>选址</translation>
    </message>
    <message>
        <source>Sites proposed: {n} {n?building|buildings}, {m} {m?room|rooms} for facilities.</source>
        <translation>建议选址 {n} 处，设施用房 {m} 处。</translation>
    </message>
    <message>
        <source>Sites…</source>
        <translation>选址…</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>规模</translation>
    </message>
    <message>
        <source>Skip  S</source>
        <translation>跳过  S</translation>
    </message>
    <message>
        <source>Soft edge</source>
        <translation>软边</translation>
    </message>
    <message>
        <source>Somebody has reviewed it: it stays as it is.</source>
        <translation>已复核，结论不变。</translation>
    </message>
    <message>
        <source>Something is running: wait for it, or cancel it.</source>
        <translation>正在运行，请等它结束，或先取消。</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>出处</translation>
    </message>
    <message>
        <source>Source and status</source>
        <translation>出处与状态</translation>
    </message>
    <message>
        <source>Source: {source} ({status})</source>
        <translation>出处：{source}（{status}）</translation>
    </message>
    <message>
        <source>Standard</source>
        <translation>设施标准</translation>
    </message>
    <message>
        <source>Standard radius</source>
        <translation>标准半径</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Station</source>
        <translation>站点</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Streets (km)</source>
        <translation>街道（km）</translation>
    </message>
    <message>
        <source>Studies</source>
        <translation>研究</translation>
    </message>
    <message>
        <source>Studies of this project</source>
        <translation>本工程的研究</translation>
    </message>
    <message>
        <source>Study</source>
        <translation>研究</translation>
    </message>
    <message>
        <source>Sum of weights {sum} · {what}</source>
        <translation>合计权重 {sum} · {what}</translation>
    </message>
    <message>
        <source>Suspected</source>
        <translation>疑似</translation>
    </message>
    <message>
        <source>Suspected from</source>
        <translation>疑似</translation>
    </message>
    <message>
        <source>Table of all kinds</source>
        <translation>全部设施一览</translation>
    </message>
    <message>
        <source>Tables</source>
        <translation>表格</translation>
    </message>
    <message>
        <source>Tag</source>
        <translation>识别</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>识别结果</translation>
    </message>
    <message>
        <source>Take all of it</source>
        <translation>全部采用</translation>
    </message>
    <message>
        <source>Take over</source>
        <translation>接手</translation>
    </message>
    <message>
        <source>Take over a delivery</source>
        <translation>接手成果</translation>
    </message>
    <message>
        <source>Take over a delivery…</source>
        <translation>接手成果…</translation>
    </message>
    <message>
        <source>Take over…</source>
        <translation>接手…</translation>
    </message>
    <message>
        <source>Take places by name from “{layer}”: {n} of {of} {of?row|rows}</source>
        <translation>按名称从“{layer}”取位置：{of} 行中可取 {n} 行</translation>
    </message>
    <message>
        <source>Take “{folder}”</source>
        <translation>就用“{folder}”</translation>
    </message>
    <message>
        <source>Template of deliveries</source>
        <translation>成果模板</translation>
    </message>
    <message>
        <source>Terrain (DEM)</source>
        <translation>地形（DEM）</translation>
    </message>
    <message>
        <source>That is within the limit: what is missing is room, not a nearer place.</source>
        <translation>在限值以内：缺的是容量，不是距离。</translation>
    </message>
    <message>
        <source>The Workbench calculates with four Python libraries: numpy, scipy, pandas and shapely. QGIS does not bring all of them everywhere. The plugin never installs anything by itself.</source>
        <translation>工作台用四个 Python 库计算：numpy、scipy、pandas、shapely。有些 QGIS 安装包没有带全。插件从不自行安装任何东西。</translation>
    </message>
    <message>
        <source>The coordinate system of “{layer}” ({role}) was changed: {system}.</source>
        <translation>图层“{layer}”（{role}）的坐标系改了：{system}。</translation>
    </message>
    <message>
        <source>The data of “{layer}” ({role}) have changed.</source>
        <translation>图层“{layer}”（{role}）的数据有改动。</translation>
    </message>
    <message>
        <source>The facilities could not be put together: {reason}</source>
        <translation>设施没有合成：{reason}</translation>
    </message>
    <message>
        <source>The facility {id} is not in the layer.</source>
        <translation>图层里没有设施 {id}。</translation>
    </message>
    <message>
        <source>The filter of “{layer}” ({role}) was changed: {before} → {n} {n?feature|features}.</source>
        <translation>图层“{layer}”（{role}）的筛选改了：{before} → {n} 个要素。</translation>
    </message>
    <message>
        <source>The filter or the fields of “{layer}” ({role}) were changed.</source>
        <translation>图层“{layer}”（{role}）的筛选或字段对应改了。</translation>
    </message>
    <message>
        <source>The folder {file} holds no data that can be read. Drop the files themselves.</source>
        <translation>文件夹“{file}”里没有能读取的数据。请直接拖入数据文件。</translation>
    </message>
    <message>
        <source>The folder {folder} cannot be made: {reason}. Choose another folder.</source>
        <translation>文件夹 {folder} 建不了：{reason}。请换一个文件夹。</translation>
    </message>
    <message>
        <source>The folder {folder} cannot be used: {reason}.</source>
        <translation>文件夹 {folder} 不能用：{reason}。</translation>
    </message>
    <message>
        <source>The gaps are counted first.</source>
        <translation>先算缺口，再选址。</translation>
    </message>
    <message>
        <source>The header is row {n}; what stands above it is left out.</source>
        <translation>表头在第 {n} 行，它上面的标题行不读入。</translation>
    </message>
    <message>
        <source>The last results hold no “{table}”, or not the columns that choose its rows.</source>
        <translation>上次成果里没有“{table}”，或没有用来选行的列。</translation>
    </message>
    <message>
        <source>The layer has no coordinate system: choose the one it was drawn in.</source>
        <translation>图层没有坐标系：请选它绘制时用的坐标系。</translation>
    </message>
    <message>
        <source>The layer has no features: a study cannot be made from it.</source>
        <translation>这个图层没有要素，不能用来做研究。</translation>
    </message>
    <message>
        <source>The layer “{layer}” ({role}) is gone or cannot be read. Add it again, or choose another.</source>
        <translation>图层“{layer}”（{role}）已移除或读不出来。请加回，或换一个图层。</translation>
    </message>
    <message>
        <source>The layer “{layer}” ({role}) was taken away.</source>
        <translation>图层“{layer}”（{role}）已不再使用。</translation>
    </message>
    <message>
        <source>The layer “{layer}” has no coordinate system. Set it in the layer properties first.</source>
        <translation>图层“{layer}”没有坐标系，不能计算。请先在图层属性里设定。</translation>
    </message>
    <message>
        <source>The layer “{layer}” is no longer in the project.</source>
        <translation>图层“{layer}”已不在工程里。</translation>
    </message>
    <message>
        <source>The layers look again as they did before.</source>
        <translation>各图层恢复原来的样式。</translation>
    </message>
    <message>
        <source>The locks could not be saved: {reason}.</source>
        <translation>锁定未能保存：{reason}。</translation>
    </message>
    <message>
        <source>The map is drawn in degrees and looks squashed; figures are in metres all the same.</source>
        <translation>地图按经纬度显示，看起来是扁的；计算仍以米为单位，不受影响。</translation>
    </message>
    <message>
        <source>The models could not be copied to {folder}: {reason}.</source>
        <translation>模型无法复制到 {folder}：{reason}。</translation>
    </message>
    <message>
        <source>The nearest is {minutes} on foot, the limit {limit}.</source>
        <translation>最近的步行 {minutes}，限 {limit}。</translation>
    </message>
    <message>
        <source>The new delivery is written; only checking it was cancelled. “Verify a delivery” makes up for it.</source>
        <translation>新的成果已经写好，只取消了核对。可用“核对成果”补做。</translation>
    </message>
    <message>
        <source>The next delineation keeps what was put in and taken out; results stay as they are.</source>
        <translation>重新划定时保持纳入和移出；现有结果不变。</translation>
    </message>
    <message>
        <source>The next place</source>
        <translation>下一处</translation>
    </message>
    <message>
        <source>The own file for “{setting}” was changed.</source>
        <translation>“{setting}”的自有文件改动过。</translation>
    </message>
    <message>
        <source>The place before</source>
        <translation>上一处</translation>
    </message>
    <message>
        <source>The plugin qpip from the plugin list reads requirements.txt of this plugin, asks you, and installs.</source>
        <translation>插件列表里的 qpip 插件会读取本插件的 requirements.txt，征得同意后安装。</translation>
    </message>
    <message>
        <source>The preview needs the parcels of a study with a folder for its results.</source>
        <translation>预览需要研究里的宗地图层和结果文件夹。</translation>
    </message>
    <message>
        <source>The preview writes nothing and changes no review ({n} reviewed {n?parcel stays|parcels stay}).</source>
        <translation>预览不写入图层，不改复核结论（{n} 宗已复核，不变）。</translation>
    </message>
    <message>
        <source>The project or the folder lies on a network share: work on a local disk and copy it later.</source>
        <translation>工程或成果文件夹在网络共享上：请在本机硬盘上做，做完再复制过去。</translation>
    </message>
    <message>
        <source>The quantities of the last list of projects at these prices.</source>
        <translation>按上次项目清单的工程量和这里的单价计算。</translation>
    </message>
    <message>
        <source>The results of “{step}” cannot be found: they were moved or deleted. Choose the folder where they are now, or run “{step}” again.</source>
        <translation>“{step}”的成果文件找不到了，可能已移走或删除。请选择它们现在所在的文件夹，或重新运行“{step}”。</translation>
    </message>
    <message>
        <source>The reviews have changed.</source>
        <translation>复核有改动。</translation>
    </message>
    <message>
        <source>The rules have changed their mind: {was} then, {now} now</source>
        <translation>规则已改判：当时为{was}，现在为{now}</translation>
    </message>
    <message>
        <source>The sample is open. Run all comes next.</source>
        <translation>示例已打开。接下来点“全部运行”。</translation>
    </message>
    <message>
        <source>The setting “{setting}” is now {now}.</source>
        <translation>设置“{setting}”改成了 {now}。</translation>
    </message>
    <message>
        <source>The step ended well.</source>
        <translation>这一步正常完成。</translation>
    </message>
    <message>
        <source>The study is done in {time}: {n} {n?layer|layers}.</source>
        <translation>研究完成：用时 {time}，{n} 个图层。</translation>
    </message>
    <message>
        <source>The walk network is still being read.</source>
        <translation>正在读取步行路网。</translation>
    </message>
    <message>
        <source>The way: {m} m, {steps}, {up} m up, {down} m down.</source>
        <translation>路线 {m} m，{steps}，上 {up} m，下 {down} m。</translation>
    </message>
    <message>
        <source>The zone that clicks on the map change</source>
        <translation>点图时改动的片区</translation>
    </message>
    <message>
        <source>The {n} {n?zone|zones} of the last run against these limits; other numbers change how zones are drawn.</source>
        <translation>上次的 {n} 个片区与这些限值相比；其余数值影响划定过程。</translation>
    </message>
    <message>
        <source>Then out of date: {steps}.</source>
        <translation>{steps}随之过期。</translation>
    </message>
    <message>
        <source>Then start QGIS again, or press “Look again”.</source>
        <translation>装好后重启 QGIS，或按“重新查找”。</translation>
    </message>
    <message>
        <source>Then start QGIS again: it keeps what it has loaded until then.</source>
        <translation>装好后请重新启动 QGIS：已载入的库要到重启才会换。</translation>
    </message>
    <message>
        <source>There are more cells on the clipboard than rows or columns from here on. Nothing was changed.</source>
        <translation>剪贴板里的单元格比这里以下的行或列多。没有改动任何数值。</translation>
    </message>
    <message>
        <source>There are no zones to work on.</source>
        <translation>没有可调整的片区。</translation>
    </message>
    <message>
        <source>There is</source>
        <translation>现有</translation>
    </message>
    <message>
        <source>There is no parcel {id}.</source>
        <translation>没有编号为 {id} 的宗地。</translation>
    </message>
    <message>
        <source>There is no space left for “{file}”. Your reviews are kept and saved with the next.</source>
        <translation>“{file}”所在磁盘空间不足。您的判定已暂存，下次一并写入。</translation>
    </message>
    <message>
        <source>These limits change what is measured; measure again to see what they do.</source>
        <translation>这些限值影响指标本身，重新量算后才能看到影响。</translation>
    </message>
    <message>
        <source>These parcels are framed on the map.</source>
        <translation>图上框出了这些宗地。</translation>
    </message>
    <message>
        <source>These zones belong to another study of the project: show that one, then save.</source>
        <translation>这些片区属于工程里的另一项研究：请先切换到那项研究，再保存。</translation>
    </message>
    <message>
        <source>They do not agree:</source>
        <translation>意见不一致：</translation>
    </message>
    <message>
        <source>They would count as missing. Choose another field, or mend the values.</source>
        <translation>这些值会按缺失处理。请换一个字段，或改正取值。</translation>
    </message>
    <message>
        <source>This computer:</source>
        <translation>这台电脑：</translation>
    </message>
    <message>
        <source>This file</source>
        <translation>本文件</translation>
    </message>
    <message>
        <source>This file and those behind it; a sheet comes up where something is to be decided.</source>
        <translation>这个文件和后面的一起添加；需要决定的才弹出来问。</translation>
    </message>
    <message>
        <source>This folder keeps the study “{name}”, last run {when}.</source>
        <translation>这个文件夹里有研究“{name}”，上次运行：{when}。</translation>
    </message>
    <message>
        <source>This picture cannot be read.</source>
        <translation>这张图片读不出来。</translation>
    </message>
    <message>
        <source>This project is a delivery. To go on with its study, take it over into a folder of your own.</source>
        <translation>本工程是一份交付成果。要接着做这项研究，请接手到自己的文件夹里。</translation>
    </message>
    <message>
        <source>This project was saved by a newer version of the Workbench; its study is left as it is.</source>
        <translation>这个工程由更新版本的工作台保存，其中的研究保持原样。</translation>
    </message>
    <message>
        <source>This study was made in one go: its earlier steps are made again first.</source>
        <translation>本研究是一次做完的，会先重做前面的步骤。</translation>
    </message>
    <message>
        <source>This version does not have “{algorithm}” yet.</source>
        <translation>这个版本还没有“{algorithm}”。</translation>
    </message>
    <message>
        <source>Tick the layers that hold facilities. They become one layer, in which each row says where it is from. It is made anew when one of them changes; the layers themselves stay as they are.</source>
        <translation>勾选放设施的图层。它们合成一层，每一处都写明来自哪里；其中任一图层改动后，合成的一层会重做。原图层不动。</translation>
    </message>
    <message>
        <source>Ticked buildings are used in any case when sites are chosen again.</source>
        <translation>勾选的建筑在重新选址时一定采用。</translation>
    </message>
    <message>
        <source>Time map from here</source>
        <translation>从这里生成时间地图</translation>
    </message>
    <message>
        <source>Time map {letter}: {minutes} min, {way}</source>
        <translation>时间地图 {letter}：{minutes} 分钟，{way}</translation>
    </message>
    <message>
        <source>Time map, {n} {n?minute|minutes}</source>
        <translation>时间地图，{n} 分钟</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>标题</translation>
    </message>
    <message>
        <source>To</source>
        <translation>改后</translation>
    </message>
    <message>
        <source>To put it on the map, add columns of longitude and latitude to the list and drop it again; no addresses are looked up on the network.</source>
        <translation>要放到图上，请在名单里加经度、纬度两列后重新拖入；插件不联网查地址。</translation>
    </message>
    <message>
        <source>Tried at once: {names}. The others change what is measured: measure again to see what they do.</source>
        <translation>可立即试算：{names}。其余限值影响指标本身，要重新量算。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Try one parcel</source>
        <translation>试算一宗</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Type an id, or click a parcel in the list or on the map: each criterion with its value and share.</source>
        <translation>输入编号，或点列表、地图上的宗地：逐项看准则的值和得分。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Undo  Ctrl+Z</source>
        <translation>撤销 Ctrl+Z</translation>
    </message>
    <message>
        <source>Undo  Z</source>
        <translation>撤销  Z</translation>
    </message>
    <message>
        <source>Undone: {parcel}</source>
        <translation>已撤销：{parcel}</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>单位</translation>
    </message>
    <message>
        <source>Unit prices</source>
        <translation>单价</translation>
    </message>
    <message>
        <source>Unnamed study</source>
        <translation>未命名研究</translation>
    </message>
    <message>
        <source>Unsaved edits of “{layer}” ({role}) have changed.</source>
        <translation>“{layer}”（{role}）未保存的编辑有变动。</translation>
    </message>
    <message>
        <source>Up stairs of 20 m</source>
        <translation>上 20 m 梯道</translation>
    </message>
    <message>
        <source>Uphill takes longer than down: the way there is not the way back.</source>
        <translation>上坡比下坡慢：去与回用时不同。</translation>
    </message>
    <message>
        <source>Urban Renewal Workbench</source>
        <translation>城市更新工作台</translation>
    </message>
    <message>
        <source>Used when “{step}” runs.</source>
        <translation>在“{step}”运行时使用。</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>Values and limits</source>
        <translation>数值与限值</translation>
    </message>
    <message>
        <source>Values in the layer</source>
        <translation>图层里的值</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>结论</translation>
    </message>
    <message>
        <source>Verify a delivery</source>
        <translation>核对成果</translation>
    </message>
    <message>
        <source>Verify a delivery…</source>
        <translation>核对成果…</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Walk</source>
        <translation>步行</translation>
    </message>
    <message>
        <source>Walked by {name}; the network is built anew when Prepare runs.</source>
        <translation>步行配置 {name}；路网在“准备”重新运行时重建。</translation>
    </message>
    <message>
        <source>Walked on the flat in {n} min</source>
        <translation>平地 {n} 分钟走</translation>
    </message>
    <message>
        <source>Walking and gaps</source>
        <translation>步行与缺口</translation>
    </message>
    <message>
        <source>Walking profiles</source>
        <translation>步行配置</translation>
    </message>
    <message>
        <source>Walking time</source>
        <translation>步行时间</translation>
    </message>
    <message>
        <source>Ways on foot</source>
        <translation>步行路线</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>What</source>
        <translation>对象</translation>
    </message>
    <message>
        <source>What each field means. Change what was guessed wrongly.</source>
        <translation>每个字段是什么。猜错的请改正。</translation>
    </message>
    <message>
        <source>What is told of the place</source>
        <translation>这个位置的说明</translation>
    </message>
    <message>
        <source>What it means</source>
        <translation>影响</translation>
    </message>
    <message>
        <source>Where most is missing the nearest is {minutes} on foot (limit {limit}).</source>
        <translation>缺口最大的宗地到最近处步行 {minutes}（限 {limit}）。</translation>
    </message>
    <message>
        <source>Which field is what</source>
        <translation>字段对应</translation>
    </message>
    <message>
        <source>Which idle buildings and factories could hold what is missing</source>
        <translation>哪些闲置楼宇、闲置厂房可以容纳缺少的设施</translation>
    </message>
    <message>
        <source>Which parcels are old compounds, urban villages, idle factories or buildings, and why</source>
        <translation>哪些宗地是老旧小区、城中村、闲置厂房或闲置楼宇，依据是什么</translation>
    </message>
    <message>
        <source>Which way</source>
        <translation>方向</translation>
    </message>
    <message>
        <source>Who reviews? A review needs a name.</source>
        <translation>谁在复核？请先填写复核人。</translation>
    </message>
    <message>
        <source>Who walks</source>
        <translation>步行的人</translation>
    </message>
    <message>
        <source>Who walks how long to which facility, and how much is missing</source>
        <translation>谁走多久能到哪类设施，还缺多少</translation>
    </message>
    <message>
        <source>Whom a facility serves is known after Gaps.</source>
        <translation>算过“缺口”后才知道设施服务多少人。</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>Windows (OSGeo4W, the QGIS installer)</source>
        <translation>Windows（OSGeo4W、QGIS 安装包）</translation>
    </message>
    <message>
        <source>With</source>
        <translation>比较对象</translation>
    </message>
    <message>
        <source>With parcels not counted in full</source>
        <translation>有未完整计入的宗地</translation>
    </message>
    <message>
        <source>Within radius</source>
        <translation>半径内</translation>
    </message>
    <message>
        <source>Within the limits of the zone rules</source>
        <translation>在片区规则的限值之内</translation>
    </message>
    <message>
        <source>Within {minutes} min ({way}): {km} km of streets.</source>
        <translation>{minutes} 分钟内（{way}）：街道 {km} km；</translation>
    </message>
    <message>
        <source>Without a layer: houses on parcels tagged as idle factories or idle buildings, and spare rooms of kindergartens. With one: its polygons, one building each.</source>
        <translation>不选图层：识别为闲置厂房、闲置楼宇的宗地上的房屋，以及幼儿园富余用房。选图层：每个面是一处建筑。</translation>
    </message>
    <message>
        <source>Without a network</source>
        <translation>没有网络时</translation>
    </message>
    <message>
        <source>Without activity data a factory is at most “suspected”.</source>
        <translation>没有活动数据，厂房最多判为“疑似”。</translation>
    </message>
    <message>
        <source>Without population their need is not known: that is no gap of 0.</source>
        <translation>没有人口数据，需求未知，不等于缺口为 0。</translation>
    </message>
    <message>
        <source>Without “{step}”: the study has no data for it; what it would tell stays unknown.</source>
        <translation>不含“{step}”：本研究没有它要的资料，相应的数按未知处理。</translation>
    </message>
    <message>
        <source>Words in any column</source>
        <translation>任一列中的字</translation>
    </message>
    <message>
        <source>Work in</source>
        <translation>工作文件夹</translation>
    </message>
    <message>
        <source>Work in another folder: the delivery stays as it is.</source>
        <translation>请换一个工作文件夹：成果要保持原样。</translation>
    </message>
    <message>
        <source>Workbench</source>
        <translation>城市更新工作台</translation>
    </message>
    <message>
        <source>Workbench base map</source>
        <translation>工作台底图</translation>
    </message>
    <message>
        <source>Yardstick</source>
        <translation>衡量方式</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>You chose this layer.</source>
        <translation>这是您选定的图层。</translation>
    </message>
    <message>
        <source>Zone</source>
        <translation>片区</translation>
    </message>
    <message>
        <source>Zone {id} is not in the results.</source>
        <translation>结果里没有片区 {id}。</translation>
    </message>
    <message>
        <source>Zone {id}: figures and findings</source>
        <translation>片区 {id}：指标与审查</translation>
    </message>
    <message>
        <source>Zones</source>
        <translation>片区</translation>
    </message>
    <message>
        <source>Zones within: {limit}</source>
        <translation>满足“{limit}”的片区</translation>
    </message>
    <message>
        <source>Zoom to</source>
        <translation>缩放到</translation>
    </message>
    <message>
        <source>[none]</source>
        <translation>[未选择]</translation>
    </message>
    <message>
        <source>a column</source>
        <translation>取一列</translation>
    </message>
    <message>
        <source>a file of that name is in the way</source>
        <translation>那里有一个同名文件</translation>
    </message>
    <message>
        <source>a folder of that name is in the way</source>
        <translation>那里有一个同名文件夹</translation>
    </message>
    <message>
        <source>a layer</source>
        <translation>一个图层</translation>
    </message>
    <message>
        <source>a line layer</source>
        <translation>一个线图层</translation>
    </message>
    <message>
        <source>a point layer</source>
        <translation>一个点图层</translation>
    </message>
    <message>
        <source>a polygon layer</source>
        <translation>一个面图层</translation>
    </message>
    <message>
        <source>a raster layer</source>
        <translation>一个栅格图层</translation>
    </message>
    <message>
        <source>a table</source>
        <translation>一张表</translation>
    </message>
    <message>
        <source>about {n} {n?step|steps}</source>
        <translation>约 {n} 级台阶</translation>
    </message>
    <message>
        <source>about {time}</source>
        <translation>约 {time}</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>约剩 {time}</translation>
    </message>
    <message>
        <source>advice</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>after</source>
        <translation>改后</translation>
    </message>
    <message>
        <source>agreed</source>
        <translation>同规则</translation>
    </message>
    <message>
        <source>agrees with the rule</source>
        <translation>与规则一致</translation>
    </message>
    <message>
        <source>all</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>all, also personal data</source>
        <translation>全部字段（含个人信息）</translation>
    </message>
    <message>
        <source>any layer</source>
        <translation>任意图层</translation>
    </message>
    <message>
        <source>as its rows say</source>
        <translation>按各行所写</translation>
    </message>
    <message>
        <source>as shipped</source>
        <translation>出厂设置</translation>
    </message>
    <message>
        <source>at each click</source>
        <translation>随点随画</translation>
    </message>
    <message>
        <source>at most ten letters and figures</source>
        <translation>最多十个英文字母、数字</translation>
    </message>
    <message>
        <source>beds</source>
        <translation>床</translation>
    </message>
    <message>
        <source>before and after</source>
        <translation>前后对比</translation>
    </message>
    <message>
        <source>built by → score</source>
        <translation>不晚于 → 得分</translation>
    </message>
    <message>
        <source>capacity not known</source>
        <translation>容量未知</translation>
    </message>
    <message>
        <source>change</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>checked by a person</source>
        <translation>已由人核对正式文本</translation>
    </message>
    <message>
        <source>chosen</source>
        <translation>已选定</translation>
    </message>
    <message>
        <source>chosen by experience</source>
        <translation>本院或经验取值，可调</translation>
    </message>
    <message>
        <source>complex</source>
        <translation>综合体</translation>
    </message>
    <message>
        <source>detected from the codes</source>
        <translation>按编码判断</translation>
    </message>
    <message>
        <source>differs from the rule</source>
        <translation>与规则不同</translation>
    </message>
    <message>
        <source>empty: a blank line on the drawings</source>
        <translation>留空则图签上留白</translation>
    </message>
    <message>
        <source>empty: nothing is printed</source>
        <translation>留空不印</translation>
    </message>
    <message>
        <source>errors</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>errors / warnings</source>
        <translation>错误 / 警告</translation>
    </message>
    <message>
        <source>facility</source>
        <translation>设施</translation>
    </message>
    <message>
        <source>farther than the limit</source>
        <translation>超过限时</translation>
    </message>
    <message>
        <source>floor area to convert</source>
        <translation>改造用房面积</translation>
    </message>
    <message>
        <source>for example {text}</source>
        <translation>例如 {text}</translation>
    </message>
    <message>
        <source>from here</source>
        <translation>从这里出发</translation>
    </message>
    <message>
        <source>gap of children {share}</source>
        <translation>儿童设施缺口 {share}</translation>
    </message>
    <message>
        <source>gap of children's facilities</source>
        <translation>儿童缺口</translation>
    </message>
    <message>
        <source>gap of elders {share}</source>
        <translation>老人设施缺口 {share}</translation>
    </message>
    <message>
        <source>gap of elders' facilities</source>
        <translation>老人缺口</translation>
    </message>
    <message>
        <source>gap of the facility chosen</source>
        <translation>所选设施的缺口占比</translation>
    </message>
    <message>
        <source>gap, mean of the kinds</source>
        <translation>缺口（各类平均）</translation>
    </message>
    <message>
        <source>guessed</source>
        <translation>按名称猜测</translation>
    </message>
    <message>
        <source>hectares</source>
        <translation>公顷</translation>
    </message>
    <message>
        <source>heights × {n}</source>
        <translation>竖向 × {n}</translation>
    </message>
    <message>
        <source>heuristic</source>
        <translation>经验</translation>
    </message>
    <message>
        <source>high</source>
        <translation>高值</translation>
    </message>
    <message>
        <source>households not known</source>
        <translation>缺户数</translation>
    </message>
    <message>
        <source>it can only be read, not written to</source>
        <translation>那里只能读、不能写</translation>
    </message>
    <message>
        <source>kinds counted</source>
        <translation>计入的设施类</translation>
    </message>
    <message>
        <source>known columns only</source>
        <translation>只输出白名单字段</translation>
    </message>
    <message>
        <source>limit {n}</source>
        <translation>限 {n}</translation>
    </message>
    <message>
        <source>limit {n} min</source>
        <translation>限 {n} 分钟</translation>
    </message>
    <message>
        <source>lines</source>
        <translation>线图层</translation>
    </message>
    <message>
        <source>low</source>
        <translation>低值</translation>
    </message>
    <message>
        <source>macOS</source>
        <translation>macOS 系统</translation>
    </message>
    <message>
        <source>meets</source>
        <translation>符合</translation>
    </message>
    <message>
        <source>meets the criteria</source>
        <translation>符合条件</translation>
    </message>
    <message>
        <source>meets {limit}</source>
        <translation>符合 {limit}</translation>
    </message>
    <message>
        <source>met</source>
        <translation>达标</translation>
    </message>
    <message>
        <source>minutes</source>
        <translation>分钟</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>缺口</translation>
    </message>
    <message>
        <source>must hold</source>
        <translation>必要条件</translation>
    </message>
    <message>
        <source>name?</source>
        <translation>姓名？</translation>
    </message>
    <message>
        <source>named, not read again</source>
        <translation>据文件，未核原文</translation>
    </message>
    <message>
        <source>need not known</source>
        <translation>需求未知</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>no people data</source>
        <translation>无人口数据</translation>
    </message>
    <message>
        <source>no stairs</source>
        <translation>无梯道</translation>
    </message>
    <message>
        <source>no way there</source>
        <translation>走不到</translation>
    </message>
    <message>
        <source>nobody here needs it</source>
        <translation>这里没有需求</translation>
    </message>
    <message>
        <source>nobody lives here</source>
        <translation>无人居住</translation>
    </message>
    <message>
        <source>none</source>
        <translation>都不是</translation>
    </message>
    <message>
        <source>none there</source>
        <translation>无</translation>
    </message>
    <message>
        <source>none within 4 km</source>
        <translation>4 公里内没有</translation>
    </message>
    <message>
        <source>not joined to the streets</source>
        <translation>未接上路网</translation>
    </message>
    <message>
        <source>not met</source>
        <translation>未达</translation>
    </message>
    <message>
        <source>not there</source>
        <translation>没有</translation>
    </message>
    <message>
        <source>not written</source>
        <translation>不写</translation>
    </message>
    <message>
        <source>now</source>
        <translation>现在</translation>
    </message>
    <message>
        <source>now {now}, before {before}</source>
        <translation>现 {now}，原 {before}</translation>
    </message>
    <message>
        <source>number</source>
        <translation>小数</translation>
    </message>
    <message>
        <source>of streets connected</source>
        <translation>路网连通</translation>
    </message>
    <message>
        <source>of {need} served {before} → {after} (+{more})</source>
        <translation>需求 {need}，已服务 {before} → {after}（+{more}）</translation>
    </message>
    <message>
        <source>of {need} served {before}, nothing more</source>
        <translation>需求 {need}，已服务 {before}，没有新增</translation>
    </message>
    <message>
        <source>of {n}</source>
        <translation>共 {n} 项</translation>
    </message>
    <message>
        <source>or {what}</source>
        <translation>或{what}</translation>
    </message>
    <message>
        <source>overloaded</source>
        <translation>超负荷</translation>
    </message>
    <message>
        <source>parcels that would change. {kept}</source>
        <translation>会变的宗地。{kept}</translation>
    </message>
    <message>
        <source>passed</source>
        <translation>通过</translation>
    </message>
    <message>
        <source>people not served</source>
        <translation>未服务到的人</translation>
    </message>
    <message>
        <source>people of this age not known</source>
        <translation>缺该年龄段人口</translation>
    </message>
    <message>
        <source>places</source>
        <translation>位</translation>
    </message>
    <message>
        <source>points</source>
        <translation>点图层</translation>
    </message>
    <message>
        <source>polygons</source>
        <translation>面图层</translation>
    </message>
    <message>
        <source>prefix and number</source>
        <translation>前缀加流水号</translation>
    </message>
    <message>
        <source>radius {n} m</source>
        <translation>标准半径 {n} m</translation>
    </message>
    <message>
        <source>raster</source>
        <translation>栅格</translation>
    </message>
    <message>
        <source>remarks</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>right: people of this kind not served</source>
        <translation>右列：该类未服务人数</translation>
    </message>
    <message>
        <source>score</source>
        <translation>得分</translation>
    </message>
    <message>
        <source>score 1.0</source>
        <translation>得分 1.0</translation>
    </message>
    <message>
        <source>scores are divided by it</source>
        <translation>按比例折算</translation>
    </message>
    <message>
        <source>seen at its source</source>
        <translation>已见原文</translation>
    </message>
    <message>
        <source>seen, or checked by a person</source>
        <translation>已见原文，或已由人核对</translation>
    </message>
    <message>
        <source>shipped</source>
        <translation>出厂值</translation>
    </message>
    <message>
        <source>shipped value from: {source} ({status})</source>
        <translation>出厂值出处：{source}（{status}）</translation>
    </message>
    <message>
        <source>single</source>
        <translation>单项</translation>
    </message>
    <message>
        <source>skipped</source>
        <translation>已跳过</translation>
    </message>
    <message>
        <source>some homes not counted</source>
        <translation>部分住宅未计入</translation>
    </message>
    <message>
        <source>suspected</source>
        <translation>疑似</translation>
    </message>
    <message>
        <source>suspected {limit}</source>
        <translation>疑似 {limit}</translation>
    </message>
    <message>
        <source>switched off</source>
        <translation>未启用</translation>
    </message>
    <message>
        <source>table</source>
        <translation>表</translation>
    </message>
    <message>
        <source>text</source>
        <translation>文字</translation>
    </message>
    <message>
        <source>that of the data</source>
        <translation>数据自带的</translation>
    </message>
    <message>
        <source>the day of the run</source>
        <translation>运行当天</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>磁盘已满</translation>
    </message>
    <message>
        <source>the drive or folder is not there</source>
        <translation>找不到那个盘或文件夹</translation>
    </message>
    <message>
        <source>the same in each row</source>
        <translation>固定值</translation>
    </message>
    <message>
        <source>the way that is drawn</source>
        <translation>图上所画</translation>
    </message>
    <message>
        <source>there</source>
        <translation>有</translation>
    </message>
    <message>
        <source>there is none</source>
        <translation>没有这类设施</translation>
    </message>
    <message>
        <source>this place</source>
        <translation>此处</translation>
    </message>
    <message>
        <source>to be verified</source>
        <translation>待核</translation>
    </message>
    <message>
        <source>to be verified (heuristic)</source>
        <translation>待核·经验</translation>
    </message>
    <message>
        <source>to here</source>
        <translation>走到这里</translation>
    </message>
    <message>
        <source>today {time}</source>
        <translation>今天 {time}</translation>
    </message>
    <message>
        <source>too steep to the street</source>
        <translation>到道路太陡</translation>
    </message>
    <message>
        <source>took {time}</source>
        <translation>用时 {time}</translation>
    </message>
    <message>
        <source>under 1 s</source>
        <translation>不到 1 秒</translation>
    </message>
    <message>
        <source>urban renewal results</source>
        <translation>城市更新成果</translation>
    </message>
    <message>
        <source>used {time}</source>
        <translation>已用 {time}</translation>
    </message>
    <message>
        <source>value → score</source>
        <translation>数值 → 得分</translation>
    </message>
    <message>
        <source>value=code, one per line; without codes values stay as they are</source>
        <translation>原值=代码，每行一个；不填则照原值写</translation>
    </message>
    <message>
        <source>verified</source>
        <translation>已核</translation>
    </message>
    <message>
        <source>verified (checked)</source>
        <translation>已核（有人核对）</translation>
    </message>
    <message>
        <source>verified (seen at its source)</source>
        <translation>已核（见到原文）</translation>
    </message>
    <message>
        <source>warnings</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>whole number</source>
        <translation>整数</translation>
    </message>
    <message>
        <source>written as they are</source>
        <translation>照原样写</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>you may not write there</source>
        <translation>没有写入的权限</translation>
    </message>
    <message>
        <source>zones</source>
        <translation>片区</translation>
    </message>
    <message>
        <source>{file} cannot be read as a layer or table. It may be incomplete, or of a kind that QGIS does not know: copy it again, or save it as GeoPackage, shapefile, Excel or CSV in the program it comes from.</source>
        <translation>{file} 不能作为图层或表格读取，可能没有拷贝完整，或者格式不对。请重新拷贝，或在原来的软件里另存为 GeoPackage、Shapefile、Excel 或 CSV。</translation>
    </message>
    <message>
        <source>{file} has a header but no rows: there is nothing to add.</source>
        <translation>{file} 只有表头、没有数据行，没有可加的内容。</translation>
    </message>
    <message>
        <source>{file} has a password, or is an old .xls under a new name. Open it in Excel or WPS, save it as .xlsx without a password and drop that.</source>
        <translation>{file} 带密码，或是改了名的旧 .xls。请在 Excel 或 WPS 里打开，去掉密码另存为 .xlsx 后再拖入。</translation>
    </message>
    <message>
        <source>{file} is a QGIS project, not data: open it with Project → Open.</source>
        <translation>{file} 是 QGIS 项目，不是数据：请用“项目 → 打开”打开它。</translation>
    </message>
    <message>
        <source>{file} is a WPS workbook: save it as .xlsx in WPS and drop that.</source>
        <translation>{file} 是 WPS 表格：请在 WPS 里另存为 .xlsx 后再拖入。</translation>
    </message>
    <message>
        <source>{file} is a document or a picture: no layer and no table can be read from it. Drop the data that it was made from.</source>
        <translation>{file} 是文档或图片，读不出图层或表。请拖入它所依据的数据。</translation>
    </message>
    <message>
        <source>{file} is a file of rules, standards or other figures, not data: choose it under “Rules and standards”.</source>
        <translation>{file} 是规则、标准一类的文件，不是数据：请在“规则与标准”里选用。</translation>
    </message>
    <message>
        <source>{file} is a mark that another program leaves beside a file: drop the file itself.</source>
        <translation>{file} 是别的程序留在文件旁的标记：请拖入文件本身。</translation>
    </message>
    <message>
        <source>{file} is a part of a shapefile, and {parts} is not beside it. Copy all files of this name.</source>
        <translation>{file} 是 shapefile 的一部分，旁边没有 {parts}。请把同名的文件都拷来。</translation>
    </message>
    <message>
        <source>{file} is a shortcut: drop the file that it leads to.</source>
        <translation>{file} 是快捷方式：请拖入它指向的文件。</translation>
    </message>
    <message>
        <source>{file} is a web page with a table, as some systems export it, not a workbook. Open it in Excel or WPS, save it as .xlsx and drop that.</source>
        <translation>{file} 其实是带表格的网页（有些系统这样导出），不是工作簿。请在 Excel 或 WPS 里打开，另存为 .xlsx 后再拖入。</translation>
    </message>
    <message>
        <source>{file} is an Access database, such as a personal geodatabase, which QGIS does not read. Export it as a file geodatabase or shapefile and drop that.</source>
        <translation>{file} 是 Access 数据库（如个人地理数据库），QGIS 读不了。请导出为文件地理数据库或 shapefile 后再拖入。</translation>
    </message>
    <message>
        <source>{file} is empty (0 bytes). Copy it again from where it comes from.</source>
        <translation>{file} 是空文件（0 字节）。请从来源处重新拷贝。</translation>
    </message>
    <message>
        <source>{file} is no longer there: it was moved, renamed or deleted.</source>
        <translation>{file} 已不在原处：被移动、改名或删除了。</translation>
    </message>
    <message>
        <source>{file} is packed in a way that QGIS does not open: unpack it and drop what is in it.</source>
        <translation>{file} 是 QGIS 打不开的压缩包：请解压后拖入里面的文件。</translation>
    </message>
    <message>
        <source>{file} lacks {parts}: without them it has no fields or cannot be opened. Copy all files of this name.</source>
        <translation>{file} 缺少 {parts}：没有字段，或打不开。请把同名的几个文件一起拷贝。</translation>
    </message>
    <message>
        <source>{file} tells how maps look and holds no data: drop the data themselves.</source>
        <translation>{file} 只记录图的样式，不含数据：请拖入数据本身。</translation>
    </message>
    <message>
        <source>{file} was not added: reading it was cancelled.</source>
        <translation>{file} 没有加入：读取已取消。</translation>
    </message>
    <message>
        <source>{file}: QGIS does not read DWG. Save it as DXF in the CAD program and drop that.</source>
        <translation>{file}：QGIS 读不了 DWG。请在 CAD 里另存为 DXF 后再拖入。</translation>
    </message>
    <message>
        <source>{how} · ✗ {n} of {of} cannot be read</source>
        <translation>{how} · ✗ {of} 个中 {n} 个读不懂</translation>
    </message>
    <message>
        <source>{kind}: the nearest for {parcels} {parcels?parcel|parcels} with {people} {people?person who needs|people who need} it, the farthest {minutes} away</source>
        <translation>{kind}：对 {parcels} 宗地、{people} 个需要的人来说最近，最远 {minutes}</translation>
    </message>
    <message>
        <source>{layer} (corrected)</source>
        <translation>{layer}（已纠正）</translation>
    </message>
    <message>
        <source>{low}–{high} min</source>
        <translation>{low}–{high} 分钟</translation>
    </message>
    <message>
        <source>{m} min {s} s</source>
        <translation>{m} 分 {s} 秒</translation>
    </message>
    <message>
        <source>{n?building|buildings}</source>
        <translation>建筑</translation>
    </message>
    <message>
        <source>{n?community with a gap|communities with a gap}</source>
        <translation>有缺口的社区</translation>
    </message>
    <message>
        <source>{n?file|files}</source>
        <translation>个文件</translation>
    </message>
    <message>
        <source>{n?idle building|idle buildings}</source>
        <translation>闲置楼宇</translation>
    </message>
    <message>
        <source>{n?idle factory|idle factories}</source>
        <translation>闲置厂房</translation>
    </message>
    <message>
        <source>{n?kind of facility|kinds of facility}</source>
        <translation>类设施</translation>
    </message>
    <message>
        <source>{n?kind with a gap|kinds with a gap}</source>
        <translation>类有缺口</translation>
    </message>
    <message>
        <source>{n?kind without population data|kinds without population data}</source>
        <translation>类没有人口数据</translation>
    </message>
    <message>
        <source>{n?old compound|old compounds}</source>
        <translation>老旧小区</translation>
    </message>
    <message>
        <source>{n?parcel|parcels}</source>
        <translation>宗地</translation>
    </message>
    <message>
        <source>{n?person|people}</source>
        <translation>人口</translation>
    </message>
    <message>
        <source>{n?petal|petals}</source>
        <translation>瓣</translation>
    </message>
    <message>
        <source>{n?room for facilities|rooms for facilities}</source>
        <translation>设施用房</translation>
    </message>
    <message>
        <source>{n?urban village|urban villages}</source>
        <translation>城中村</translation>
    </message>
    <message>
        <source>{n?zone|zones}</source>
        <translation>片区</translation>
    </message>
    <message>
        <source>{names} cannot be used. The rest of the plugin works; here is how to put it right.</source>
        <translation>{names} 不能用。插件其余部分可用，下面是修复办法。</translation>
    </message>
    <message>
        <source>{names} {n?is|are} missing. The rest of the plugin works; here is how to install {n?it|them}.</source>
        <translation>缺少 {names}。插件其余部分可用；这台电脑的安装办法如下。</translation>
    </message>
    <message>
        <source>{name} (copy)</source>
        <translation>{name}（副本）</translation>
    </message>
    <message>
        <source>{name} has this parcel open now</source>
        <translation>{name} 正在看这一宗地</translation>
    </message>
    <message>
        <source>{name} is installed but cannot be loaded: {fault}</source>
        <translation>{name} 已安装，但载入失败：{fault}</translation>
    </message>
    <message>
        <source>{name} {here} is too old: {least} or newer is needed.</source>
        <translation>{name} {here} 版本太旧，需要 {least} 或更高。</translation>
    </message>
    <message>
        <source>{n} % of the score</source>
        <translation>占得分的 {n} %</translation>
    </message>
    <message>
        <source>{n} MB</source>
        <translation>{n} MB</translation>
    </message>
    <message>
        <source>{n} MB: these are its first rows. Once added, the whole list is written into a GeoPackage in the background.</source>
        <translation>{n} MB，这里显示的是开头几行。加入后，整个名单在后台写入 GeoPackage。</translation>
    </message>
    <message>
        <source>{n} facilities of {layers} are one layer now; the column “source” says where each is from.</source>
        <translation>{layers}的 {n} 处设施已合成一层，“来源图层”一列写明各自来自哪里。</translation>
    </message>
    <message>
        <source>{n} farther out</source>
        <translation>{n} 个在范围外</translation>
    </message>
    <message>
        <source>{n} files</source>
        <translation>{n} 个文件</translation>
    </message>
    <message>
        <source>{n} ha</source>
        <translation>{n} 公顷</translation>
    </message>
    <message>
        <source>{n} m</source>
        <translation>{n} m</translation>
    </message>
    <message>
        <source>{n} m, of it {stairs} m stairs</source>
        <translation>{n} m，其中梯道 {stairs} m</translation>
    </message>
    <message>
        <source>{n} min</source>
        <translation>{n} 分钟</translation>
    </message>
    <message>
        <source>{n} more {n?file was|files were} added as proposed.</source>
        <translation>又按建议添加了 {n} 个文件。</translation>
    </message>
    <message>
        <source>{n} more {n?parcel with a tag is|parcels with a tag are} renovated, under way or expropriated: not counted.</source>
        <translation>另有 {n} 宗有标记的已改造、在改或征收，不计入。</translation>
    </message>
    <message>
        <source>{n} m² floor area</source>
        <translation>建筑面积 {n} m²</translation>
    </message>
    <message>
        <source>{n} of {of} used</source>
        <translation>已用 {n} / {of}</translation>
    </message>
    <message>
        <source>{n} of {of} {of?community|communities}</source>
        <translation>{n} / {of} 个社区</translation>
    </message>
    <message>
        <source>{n} of {of} {of?figure|figures} {n?is|are} to be verified before the results are used officially.</source>
        <translation>{of} 项数值中有 {n} 项待核，成果正式使用前应核对。</translation>
    </message>
    <message>
        <source>{n} put in, {m} taken out</source>
        <translation>纳入 {n} 宗，移出 {m} 宗</translation>
    </message>
    <message>
        <source>{n} s</source>
        <translation>{n} 秒</translation>
    </message>
    <message>
        <source>{n} skipped</source>
        <translation>跳过 {n}</translation>
    </message>
    <message>
        <source>{n} things are missing:</source>
        <translation>还差 {n} 项：</translation>
    </message>
    <message>
        <source>{n} to be verified</source>
        <translation>待核 {n}</translation>
    </message>
    <message>
        <source>{n} unknown</source>
        <translation>{n} 个未知</translation>
    </message>
    <message>
        <source>{n} {n?building|buildings}</source>
        <translation>{n} 栋</translation>
    </message>
    <message>
        <source>{n} {n?changes|change}</source>
        <translation>{n} 宗会变</translation>
    </message>
    <message>
        <source>{n} {n?code|codes}</source>
        <translation>{n} 个代码</translation>
    </message>
    <message>
        <source>{n} {n?criterion|criteria}, limits {c} and {s}</source>
        <translation>{n} 准则 · 符合 {c} · 疑似 {s}</translation>
    </message>
    <message>
        <source>{n} {n?feature|features} of “{layer}” {n?was|were} edited, {at}.</source>
        <translation>{at} 图层“{layer}”改动了 {n} 个要素。</translation>
    </message>
    <message>
        <source>{n} {n?figure|figures}</source>
        <translation>{n} 项</translation>
    </message>
    <message>
        <source>{n} {n?figure|figures} to be verified</source>
        <translation>待核 {n} 项</translation>
    </message>
    <message>
        <source>{n} {n?layer|layers}</source>
        <translation>{n} 个图层</translation>
    </message>
    <message>
        <source>{n} {n?limit differs from its|limits differ from their} source without a reason. Write it where the cursor is, then save.</source>
        <translation>有 {n} 项与出处不同但没有理由。请在光标处写明后再保存。</translation>
    </message>
    <message>
        <source>{n} {n?number differs|numbers differ}.</source>
        <translation>{n} 项数值不同。</translation>
    </message>
    <message>
        <source>{n} {n?parcel lies|parcels lie} too far from any street, and {n?has|have} no walking time.</source>
        <translation>{n} 宗地离道路太远，没有算步行时间。</translation>
    </message>
    <message>
        <source>{n} {n?parcel that is|parcels that are} renovated, under way or expropriated {n?is|are} not counted.</source>
        <translation>已改造、在改或征收的 {n} 宗不计入。</translation>
    </message>
    <message>
        <source>{n} {n?parcel was|parcels were} reviewed.</source>
        <translation>新复核了 {n} 宗地。</translation>
    </message>
    <message>
        <source>{n} {n?parcel|parcels} would be tagged otherwise with the other one.</source>
        <translation>换用另一套会有 {n} 宗结论不同。</translation>
    </message>
    <message>
        <source>{n} {n?parcel|parcels} · {s} s</source>
        <translation>{n} 宗 · {s} 秒</translation>
    </message>
    <message>
        <source>{n} {n?part|parts} changed since delivery: {names}.</source>
        <translation>交付后有 {n} 处被改动：{names}。</translation>
    </message>
    <message>
        <source>{n} {n?person|people}</source>
        <translation>{n} 人</translation>
    </message>
    <message>
        <source>{n} {n?person|people} on parcels and houses.</source>
        <translation>{n} 人已落到宗地和房屋。</translation>
    </message>
    <message>
        <source>{n} {n?petal|petals}</source>
        <translation>{n} 瓣</translation>
    </message>
    <message>
        <source>{n} {n?review waits|reviews wait} to be saved in {file}</source>
        <translation>{n} 条判定待写入 {file}</translation>
    </message>
    <message>
        <source>{n} {n?review|reviews} saved in {file}; “Merge reviews” puts {n?it|them} together with the others.</source>
        <translation>已将 {n} 条判定存到 {file}；可用“合并复核”与其他人的合在一起。</translation>
    </message>
    <message>
        <source>{n} {n?row has|rows have} cells beyond the last column; these cells were left out.</source>
        <translation>有 {n} 行在最后一列之外还有内容，这些内容未纳入。</translation>
    </message>
    <message>
        <source>{n} {n?row has|rows have} no coordinates and no place on the map.</source>
        <translation>{n} 行没有坐标，不在图上。</translation>
    </message>
    <message>
        <source>{n} {n?row|rows}.</source>
        <translation>共 {n} 行。</translation>
    </message>
    <message>
        <source>{n} {n?site|sites} proposed in {time}.</source>
        <translation>建议选址 {n} 处，用时 {time}。</translation>
    </message>
    <message>
        <source>{n} {n?year, storeys or lift|years, storeys or lifts} cannot be read and {n?counts|count} as unknown; the log says which.</source>
        <translation>{n} 个年代、层数或电梯的写法读不懂，按未知处理；哪些见记录。</translation>
    </message>
    <message>
        <source>{n} × {m} cells of {size} {unit}, {bands} band(s).</source>
        <translation>{n} × {m} 格，每格 {size} {unit}，{bands} 个波段。</translation>
    </message>
    <message>
        <source>{there} there, {back} back</source>
        <translation>去 {there}，回 {back}</translation>
    </message>
    <message>
        <source>{up} m up, {down} m down</source>
        <translation>上 {up} m，下 {down} m</translation>
    </message>
    <message>
        <source>{what} ({n})</source>
        <translation>{what} {n} 宗</translation>
    </message>
    <message>
        <source>{what}: {value}</source>
        <translation>{what}：{value}</translation>
    </message>
    <message>
        <source>{who}, from here</source>
        <translation>{who}，从这里出发</translation>
    </message>
    <message>
        <source>{who}, to here</source>
        <translation>{who}，走到这里</translation>
    </message>
    <message>
        <source>{word}: {meaning}</source>
        <translation>{word}：{meaning}</translation>
    </message>
    <message>
        <source>“{file}” can only be read here. Your reviews are kept on this computer.</source>
        <translation>“{file}”在这里只读。您的判定已暂存在本机。</translation>
    </message>
    <message>
        <source>“{file}” can only be read here: nothing was undone.</source>
        <translation>“{file}”在这里只读，没有撤销。</translation>
    </message>
    <message>
        <source>“{file}” could not be written ({why}). Your reviews are kept on this computer.</source>
        <translation>“{file}”写不进去（{why}）。您的判定已暂存在本机。</translation>
    </message>
    <message>
        <source>“{file}” could not be written.</source>
        <translation>“{file}”写不进去。</translation>
    </message>
    <message>
        <source>“{file}” could not be written: nothing was undone.</source>
        <translation>“{file}”写不进去，没有撤销。</translation>
    </message>
    <message>
        <source>“{file}” could not be written: {why}</source>
        <translation>“{file}”写不进去：{why}</translation>
    </message>
    <message>
        <source>“{file}” could not be written: {why}. Choose another place or name.</source>
        <translation>“{file}”没有写成：{why}。请换一个位置或文件名。</translation>
    </message>
    <message>
        <source>“{file}” has no table of reviews. Your reviews are kept here: save them to another file.</source>
        <translation>“{file}”里没有复核表。您的判定已暂存在本机，请另存到其他文件。</translation>
    </message>
    <message>
        <source>“{file}” is damaged or no GeoPackage. Your reviews are kept here: save them to another file.</source>
        <translation>“{file}”已损坏或不是 GeoPackage。您的判定已暂存在本机，请另存到其他文件。</translation>
    </message>
    <message>
        <source>“{file}” is in use by another program. Close it there, then add it again.</source>
        <translation>“{file}”正被别的程序占用。请先在那里关闭，再重新添加。</translation>
    </message>
    <message>
        <source>“{file}” is in use. Close the other program; your reviews are kept and saved with the next.</source>
        <translation>“{file}”正被占用。请关闭占用它的程序；您的判定已暂存，下次判定时一并写入。</translation>
    </message>
    <message>
        <source>“{file}” is in use: nothing was undone. Close the other program, then undo again.</source>
        <translation>“{file}”正被占用，没有撤销。请关闭占用它的程序后再撤销。</translation>
    </message>
    <message>
        <source>“{file}” with the tagged parcels cannot be read: it was moved, deleted or damaged. Run “Tag” again.</source>
        <translation>识别结果文件“{file}”读不出来：可能已移走、删除或损坏。请重新运行“识别”。</translation>
    </message>
    <message>
        <source>“{file}”: {why}.</source>
        <translation>“{file}”：{why}。</translation>
    </message>
    <message>
        <source>“{folder}” cannot be a folder: its name is too long, or no disk takes it.</source>
        <translation>“{folder}”不能作文件夹：名称太长，或磁盘不接受。</translation>
    </message>
    <message>
        <source>“{layer}” ({role}) had {before} {before?feature|features} and has {n} now.</source>
        <translation>图层“{layer}”（{role}）原有 {before} 个要素，现有 {n} 个。</translation>
    </message>
    <message>
        <source>“{layer}” could not be corrected.</source>
        <translation>“{layer}”没有纠正成功。</translation>
    </message>
    <message>
        <source>“{layer}” could not be kept in {folder}: {reason}. Choose another folder for the results.</source>
        <translation>“{layer}”无法保存到 {folder}：{reason}。请换一个成果文件夹。</translation>
    </message>
    <message>
        <source>“{layer}” does not have this community any more: run Gaps again.</source>
        <translation>图层“{layer}”里已没有这个社区，请重新运行“缺口”。</translation>
    </message>
    <message>
        <source>“{layer}” has edits that are not saved: they are counted as they stand.</source>
        <translation>“{layer}”有未保存的编辑：按当前内容计入。</translation>
    </message>
    <message>
        <source>“{layer}” is filtered: only what passes is counted.</source>
        <translation>“{layer}”有过滤条件：只计入符合的要素。</translation>
    </message>
    <message>
        <source>“{layer}” is filtered: only {n} {n?feature is|features are} counted.</source>
        <translation>“{layer}”有过滤条件：只计入 {n} 个要素。</translation>
    </message>
    <message>
        <source>“{layer}” is new as {role}.</source>
        <translation>新加了{role}“{layer}”。</translation>
    </message>
    <message>
        <source>“{layer}” looks like {system}: its places lie off houses and streets.</source>
        <translation>“{layer}”像是 {system} 坐标：点位整体偏离房屋和道路。</translation>
    </message>
    <message>
        <source>“{layer}”: {n} {n?row|rows} added.</source>
        <translation>“{layer}”：已加入 {n} 行。</translation>
    </message>
    <message>
        <source>“{name}” is there already</source>
        <translation>已有“{name}”</translation>
    </message>
    <message>
        <source>“{name}” writes into this folder as well: its results would be replaced.</source>
        <translation>“{name}”也写到这个文件夹：它的成果会被替换。</translation>
    </message>
    <message>
        <source>“{old}” was replaced by “{layer}” ({role}).</source>
        <translation>“{old}”换成了“{layer}”（{role}）。</translation>
    </message>
    <message>
        <source>“{step}” cannot run yet.</source>
        <translation>“{step}”还不能运行。</translation>
    </message>
    <message>
        <source>“{step}” comes first.</source>
        <translation>先运行“{step}”。</translation>
    </message>
    <message>
        <source>“{step}” is out of date.</source>
        <translation>“{step}”已过期。</translation>
    </message>
    <message>
        <source>“{step}” ran again.</source>
        <translation>“{step}”重新运行过。</translation>
    </message>
    <message>
        <source>“{word}” cannot be the value of “{title}”. Nothing was changed.</source>
        <translation>“{word}”不能作为“{title}”的值。没有改动任何数值。</translation>
    </message>
    <message>
        <source>… down it, in 15 min</source>
        <translation>下 10 % 坡，15 分钟走</translation>
    </message>
    <message>
        <source>… up a slope of 10 %, in 15 min</source>
        <translation>上 10 % 坡，15 分钟走</translation>
    </message>
    <message>
        <source>≈ part</source>
        <translation>≈ 部分</translation>
    </message>
    <message>
        <source>✓</source>
        <translation>✓</translation>
    </message>
    <message>
        <source>✓ met</source>
        <translation>✓ 符合</translation>
    </message>
    <message>
        <source>✗ not met</source>
        <translation>✗ 不符</translation>
    </message>
</context>
</TS>
