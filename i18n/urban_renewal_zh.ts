<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>UrbanRenewal</name>
    <message>
        <source>Urban Renewal Workbench</source>
        <translation>城市更新工作台</translation>
    </message>
</context>
</TS>
