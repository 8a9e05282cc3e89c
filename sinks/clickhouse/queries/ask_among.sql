concat(by1, '\n', by2, '\n', by3, '\n', by4) IN {among:Array(String)}
