toString({by1:Identifier}) AS by1, toString({by2:Identifier}) AS by2, toString({by3:Identifier}) AS by3, toString({by4:Identifier}) AS by4,
